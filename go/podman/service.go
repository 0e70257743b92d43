package podman

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/rules-strata/rules_strata/go/endpoint"
)

const (
	// idleTime is after how many seconds without a request a service ends by
	// itself.
	idleTime = 60
	// startTimeout is how long a service may take to listen.
	startTimeout = 30 * time.Second
	// stopTimeout is how long a service may take to end.
	stopTimeout = 10 * time.Second
	// retryInterval is how often a service that is being started is tried.
	retryInterval = 20 * time.Millisecond
	// maxSocketPath is less than what a socket's path may have, in bytes: 104
	// or 108.
	maxSocketPath = 100
	// maxSaid is how much of a log goes into an error, in bytes, its end.
	maxSaid = 2048
)

// service is a `podman system service` that we started.
type service struct {
	program string // the podman command
	folder  string // of the socket, ours
	cmd     *exec.Cmd
	ended   chan struct{} // is closed when it has ended
}

// start starts a service and waits until it listens.
func start(ctx context.Context, program string) (*Engine, error) {
	folder, err := socketFolder()
	if err != nil {
		return nil, fmt.Errorf("start a Podman service: %w", err)
	}
	s := &service{program: program, folder: folder, ended: make(chan struct{})}
	socket := filepath.Join(folder, "podman.sock")
	if err := s.run(socket); err != nil {
		return nil, errors.Join(fmt.Errorf("start a Podman service: %w", err), os.RemoveAll(folder))
	}
	if err := s.await(ctx, socket); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	at, err := endpoint.Parse("unix://"+socket, endpoint.Options{Kind: endpoint.Podman, Origin: "started with " + program})
	if err != nil {
		return nil, errors.Join(err, s.stop())
	}
	e := New(at)
	e.service = s
	return e, nil
}

// run starts the process.
func (s *service) run(socket string) error {
	log, err := os.Create(s.log())
	if err != nil {
		return err
	}
	defer log.Close()
	// It outlives contexts: containers are removed after the end of theirs.
	s.cmd = exec.Command(s.program, "system", "service", fmt.Sprintf("--time=%d", idleTime), "unix://"+socket)
	s.cmd.Stderr = log
	// A Ctrl-C is for the container, which is reached through the service.
	separate(s.cmd)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	go func() {
		defer close(s.ended)
		_ = s.cmd.Wait() // how it ended tells less than its log
	}()
	return nil
}

// log is the file that has what the service writes to its standard error.
func (s *service) log() string { return filepath.Join(s.folder, "log") }

// socketFolder makes a folder that is ours alone, whose path is not too long
// for a socket's.
func socketFolder() (string, error) {
	for _, parent := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir()} {
		if parent == "" || len(parent) > maxSocketPath-len("/strata-podman-0123456789/podman.sock") {
			continue
		}
		if folder, err := os.MkdirTemp(parent, "strata-podman-"); err == nil {
			return folder, nil
		}
	}
	return os.MkdirTemp("/tmp", "strata-podman-")
}

// await waits until the service accepts connections.
func (s *service) await(ctx context.Context, socket string) error {
	limit := fmt.Errorf("it does not listen after %v", startTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, limit)
	defer cancel()
	for {
		var d net.Dialer
		if conn, err := d.DialContext(ctx, "unix", socket); err == nil {
			return conn.Close()
		}
		select {
		case <-s.ended:
			return s.failed(errors.New("it ended at once"))
		case <-ctx.Done():
			return s.failed(context.Cause(ctx))
		case <-time.After(retryInterval):
		}
	}
}

func (s *service) failed(err error) error {
	said := ""
	if text, _ := os.ReadFile(s.log()); len(text) > 0 {
		said = ": it says: " + strings.TrimSpace(string(text[max(0, len(text)-maxSaid):]))
	}
	return fmt.Errorf("start a Podman service with %s: %w%s: check that `podman info` works, or set CONTAINER_HOST to a service that runs", s.program, err, said)
}

// stop ends the service and removes its folder.
func (s *service) stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(stopTimeout):
		kill(s.cmd)
		<-s.ended
	}
	return os.RemoveAll(s.folder)
}
