package rootfs

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"syscall"
	"testing"
)

// waiting is a program that runs and waits for a signal.
func waiting(t *testing.T) (stdout *os.File, spec Spec) {
	t.Helper()
	out := pipe(t)
	return out.r, Spec{Args: []string{"program", "wait"}, Stdout: out.w}
}

func awaitReady(stdout io.Reader) *bufio.Reader {
	r := bufio.NewReader(stdout)
	_, _ = r.ReadString('\n')
	return r
}

func TestRunForwardsSignals(t *testing.T) {
	root := image(t)
	for _, test := range []struct {
		name string
		send func(chan<- os.Signal)
	}{
		{"given", func(c chan<- os.Signal) { c <- syscall.SIGTERM }},
		{"this process's own", func(chan<- os.Signal) { _ = syscall.Kill(os.Getpid(), syscall.SIGTERM) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			stdout, spec := waiting(t)
			signals := make(chan os.Signal, 1)
			if test.name == "given" {
				spec.Signals = signals
			}
			got := make(chan string, 1)
			go func() {
				r := awaitReady(stdout)
				test.send(signals)
				line, _ := r.ReadString('\n')
				got <- line
			}()
			if code, err := Run(background, root, spec); code != 7 || err != nil {
				t.Errorf("got %d, %v", code, err)
			}
			if line := <-got; line != "terminated\n" {
				t.Errorf("the command got %q", line)
			}
		})
	}
}

func TestRunCancelled(t *testing.T) {
	root := image(t)
	stdout, spec := waiting(t)
	ctx, cancel := context.WithCancel(background)
	go func() {
		awaitReady(stdout)
		cancel()
	}()
	if code, err := Run(ctx, root, spec); code != ExitNotStarted || !errors.Is(err, context.Canceled) {
		t.Errorf("got %d, %v", code, err)
	}
	if code, err := Run(ctx, root, Spec{Args: []string{"program", "exit", "0"}}); code != ExitNotStarted || !errors.Is(err, context.Canceled) {
		t.Errorf("a second time: %d, %v", code, err)
	}
}
