package harness

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// server is a program that runs until it is told to end.
type server struct {
	process *os.Process
	ended   chan struct{}
	log     string
}

// startServer starts a program in the test root; its output goes to the file
// log. bazelw replaces itself by the program, whose process ID is thus known.
func startServer(log string, args ...string) (*server, error) {
	command := Exec(args...)
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command(command.Args[0], command.Args[1:]...)
	cmd.Dir, cmd.Env = Root(), environment(nil)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = serverAttributes()
	s := &server{ended: make(chan struct{}), log: log}
	started := make(chan error)
	go func() {
		// The signal comes when the thread that started the program ends.
		runtime.LockOSThread()
		err := cmd.Start()
		s.process = cmd.Process
		started <- err
		if err == nil {
			_ = cmd.Wait()
			close(s.ended)
		}
	}()
	return s, <-started
}

// await waits until the server answers.
func (s *server) await(answers func() bool) error {
	deadline := time.After(60 * time.Second)
	for !answers() {
		select {
		case <-s.ended:
			return s.failed("it ended")
		case <-deadline:
			return s.failed("no answer for a minute")
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}

func (s *server) failed(why string) error {
	text, _ := os.ReadFile(s.log)
	return fmt.Errorf("%s: %s:\n%s", filepath.Base(s.log), why, clip(string(text)))
}

// stop ends the server, by force when it does not end by itself.
func (s *server) stop() {
	_ = s.process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(30 * time.Second):
		_ = s.process.Kill()
		<-s.ended
	}
	// What it started and left behind is in its process group.
	if err := syscall.Kill(-s.process.Pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		fmt.Fprintln(os.Stderr, "harness:", err)
	}
}
