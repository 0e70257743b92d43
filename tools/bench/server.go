package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// How long a server may take to listen, and to end.
const (
	serverStartTime = time.Minute
	serverStopTime  = 30 * time.Second
)

// server is a program that runs until it is told to end.
type server struct {
	process *os.Process
	ended   chan struct{}
	log     string
}

// startServer starts a program, whose output goes to the file log, and waits
// until it listens on a Unix socket.
func startServer(ctx context.Context, p process, log, socket string) (*server, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	// Not CommandContext: the server is told to end, and not killed.
	cmd := exec.Command(p.program, p.args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = p.dir, p.environment(), out, out
	cmd.SysProcAttr = serverAttributes()
	s := &server{ended: make(chan struct{}), log: log}
	started := make(chan error)
	go func() {
		// A server that ends with its parent ends with this thread.
		runtime.LockOSThread()
		err := cmd.Start()
		s.process = cmd.Process
		started <- err
		if err == nil {
			_ = cmd.Wait() // its log says more than how it ended
			close(s.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	if err := s.await(ctx, socket); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func (s *server) await(ctx context.Context, socket string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, serverStartTime, fmt.Errorf("it does not listen after %v", serverStartTime))
	defer cancel()
	for {
		if conn, err := net.Dial("unix", socket); err == nil {
			return conn.Close()
		}
		select {
		case <-s.ended:
			return s.failed(errors.New("it ended"))
		case <-ctx.Done():
			return s.failed(context.Cause(ctx))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// awaitPing waits until an engine answers: it listens before that. If it does
// not, it is stopped.
func (s *server) awaitPing(ctx context.Context, socket string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, serverStartTime, fmt.Errorf("it does not answer after %v", serverStartTime))
	defer cancel()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	defer transport.CloseIdleConnections()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://engine/_ping", nil)
		if err != nil {
			return err
		}
		if resp, err := transport.RoundTrip(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.ended:
			return s.failed(errors.New("it ended"))
		case <-ctx.Done():
			return errors.Join(s.failed(context.Cause(ctx)), s.stop())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (s *server) failed(why error) error {
	text, _ := os.ReadFile(s.log)
	const end = 4 << 10
	return fmt.Errorf("%s: %w:\n%s", filepath.Base(s.log), why, text[max(0, len(text)-end):])
}

// stop ends the server, by force if need be.
func (s *server) stop() error {
	if err := s.process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-s.ended:
		return nil
	case <-time.After(serverStopTime):
		err := s.process.Kill()
		<-s.ended
		return errors.Join(fmt.Errorf("%s: it does not end after %v and was killed", filepath.Base(s.log), serverStopTime), err)
	}
}
