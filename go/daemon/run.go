package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// RunOptions say what to run, as `docker run --rm` does.
type RunOptions struct {
	// Image is a name or an ID that the daemon has: nothing is pulled.
	Image string
	// ID is the image's ID, if it is known. Then Image is only what errors call
	// it.
	ID string
	// Args replace the image's Cmd; nil keeps it.
	Args []string
	// Network is Docker's network mode: "" for the daemon's default, "none",
	// "host", the name of a network.
	Network string
	// Stdin is the command's input; nil is an empty one.
	Stdin io.Reader
	// Stdout and Stderr take the command's output; nil throws it away.
	Stdout, Stderr io.Writer
	// Signals are forwarded to the command. If nil, SIGINT and SIGTERM of this
	// process are, as long as Run runs.
	Signals <-chan os.Signal
}

// What Run returns beside an error, as the docker command does.
const (
	// ExitNotStarted is the exit code when the container could not be run.
	ExitNotStarted = 125
	// ExitNotExecutable is the exit code when the command could not be run.
	ExitNotExecutable = 126
	// ExitNotFound is the exit code when there is no such command.
	ExitNotFound = 127
)

// removeTimeout is how long removing the container may take at the end.
const removeTimeout = 30 * time.Second

// startGrace is how long a signal waits for the command to be started.
const startGrace = time.Second

// maxSignals is how many signals a command may get before it is killed.
const maxSignals = 3

var errInterrupted = errors.New("interrupted before the command was started")

// Run runs an image's command in a new container, without a terminal, and
// returns its exit code; 128 and the signal's number if a signal killed it.
// The container is removed in any case, also when ctx is cancelled, which kills
// the command. The third signal kills it, too.
//
// With an error, the exit code is ExitNotStarted, ExitNotExecutable or
// ExitNotFound. The error is ErrNotFound if the daemon has no such image.
func (c *Client) Run(ctx context.Context, o RunOptions) (exitCode int, err error) {
	signals := o.Signals
	if signals == nil {
		own := make(chan os.Signal, maxSignals)
		signal.Notify(own, syscall.SIGINT, syscall.SIGTERM)
		defer signal.Stop(own)
		signals = own
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	running := make(chan string, 1)
	go c.forward(ctx, cancel, signals, running)

	exitCode, err = c.runContainer(ctx, o, running)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	if err != nil {
		return exitCode, fmt.Errorf("run image %s: %w", o.Image, err)
	}
	return exitCode, nil
}

func (c *Client) runContainer(ctx context.Context, o RunOptions, running chan<- string) (exitCode int, err error) {
	id, err := c.create(ctx, o)
	if err != nil {
		return exitCodeOf(err), err
	}
	defer func() {
		if removeErr := c.remove(ctx, id); err == nil && removeErr != nil {
			exitCode, err = ExitNotStarted, removeErr
		}
	}()
	conn, err := c.attach(ctx, id, o.Stdin != nil)
	if err != nil {
		return exitCodeOf(err), err // Podman looks at the command here already
	}
	defer conn.Close()
	output := make(chan error, 1)
	go func() { output <- demultiplex(conn, o.Stdout, o.Stderr) }()
	if err := c.call(ctx, http.MethodPost, "/containers/"+id+"/start", nil, nil, nil); err != nil {
		return exitCodeOf(err), err
	}
	running <- id
	if o.Stdin != nil {
		go func() {
			_, _ = io.Copy(conn, o.Stdin) // a command need not read its input
			_ = conn.CloseWrite()
		}()
	}
	return c.finish(ctx, id, output)
}

// finish waits for the command's end and for all of its output.
func (c *Client) finish(ctx context.Context, id string, output <-chan error) (int, error) {
	type result struct {
		code int
		err  error
	}
	ended := make(chan result, 1)
	go func() {
		code, err := c.wait(ctx, id)
		ended <- result{code, err}
	}()
	select {
	case err := <-output:
		if err != nil {
			return ExitNotStarted, err
		}
		r := <-ended
		return r.code, r.err
	case r := <-ended:
		if r.err != nil {
			return r.code, r.err
		}
		select {
		case err := <-output:
			if err != nil {
				return ExitNotStarted, err
			}
		case <-ctx.Done():
			return ExitNotStarted, ctx.Err()
		}
		return r.code, nil
	}
}

// forward sends signals to the container, whose ID comes through running once
// it has started, until ctx ends. A signal that comes startGrace or longer
// before that ends Run.
func (c *Client) forward(ctx context.Context, cancel context.CancelCauseFunc, signals <-chan os.Signal, running <-chan string) {
	id := ""
	for n := 1; ; n++ {
		var s os.Signal
		select {
		case s = <-signals:
		case <-ctx.Done():
			return
		}
		if id == "" {
			// The command may run already, and the daemon not have said so yet.
			select {
			case id = <-running:
			case <-time.After(startGrace):
				cancel(errInterrupted)
				return
			case <-ctx.Done():
				return
			}
		}
		number, ok := s.(syscall.Signal)
		if !ok {
			continue
		}
		if n >= maxSignals {
			number = syscall.SIGKILL
		}
		// A command that has just ended takes no signals.
		_ = c.call(ctx, http.MethodPost, "/containers/"+id+"/kill", url.Values{"signal": {fmt.Sprint(int(number))}}, nil, nil)
	}
}

func (c *Client) create(ctx context.Context, o RunOptions) (id string, err error) {
	type hostConfig struct {
		NetworkMode string `json:",omitempty"`
	}
	in := struct {
		Image        string
		Cmd          []string `json:",omitempty"`
		AttachStdin  bool
		AttachStdout bool
		AttachStderr bool
		OpenStdin    bool
		StdinOnce    bool
		HostConfig   hostConfig
	}{
		Image: cmp.Or(o.ID, o.Image), Cmd: o.Args,
		AttachStdin: o.Stdin != nil, AttachStdout: true, AttachStderr: true,
		OpenStdin: o.Stdin != nil, StdinOnce: o.Stdin != nil,
		HostConfig: hostConfig{NetworkMode: o.Network},
	}
	var out struct {
		ID string `json:"Id"`
	}
	if err := c.call(ctx, http.MethodPost, "/containers/create", nil, in, &out); err != nil {
		return "", err
	}
	if out.ID == "" {
		return "", errors.New("the daemon made a container without an ID")
	}
	return out.ID, nil
}

func (c *Client) wait(ctx context.Context, id string) (exitCode int, err error) {
	var out struct {
		StatusCode int
		Error      *struct{ Message string }
	}
	// A command may run for ever, and longer than the network works.
	if err := c.callBy(ctx, c.patient, http.MethodPost, "/containers/"+id+"/wait", nil, nil, &out); err != nil {
		return ExitNotStarted, err
	}
	if out.Error != nil && out.Error.Message != "" {
		return ExitNotStarted, errors.New(out.Error.Message)
	}
	return out.StatusCode, nil
}

// remove removes the container, running or not, even if ctx has ended.
func (c *Client) remove(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), removeTimeout, c.late(removeTimeout))
	defer cancel()
	err := c.call(ctx, http.MethodDelete, "/containers/"+id, url.Values{"force": {"1"}, "v": {"1"}}, nil, nil)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("the container %s is left over: %w", id, err)
	}
	return nil
}

// exitCodeOf tells by a daemon's message why a command did not start, as the
// docker command does.
func exitCodeOf(err error) int {
	var refusal *APIError
	if !errors.As(err, &refusal) || strings.Contains(refusal.Message, "No such image") {
		return ExitNotStarted
	}
	switch s := refusal.Message; {
	case strings.Contains(s, "executable file not found"),
		strings.Contains(s, "no such file or directory"):
		return ExitNotFound
	case strings.Contains(s, "permission denied"),
		strings.Contains(s, "exec format error"):
		return ExitNotExecutable
	}
	return ExitNotStarted
}
