package endpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// maxStderr is how much of what ssh prints goes into an error, in bytes.
	maxStderr = 2 << 10
	// exitTimeout is how long ssh may take to end: of itself once its output
	// has ended, and once it was told to.
	exitTimeout = 3 * time.Second
)

// sshConn is a connection through the standard streams of an ssh program.
type sshConn struct {
	e      *Endpoint
	r, w   *os.File // ssh's standard output and input
	stderr tail

	heard  atomic.Bool // of the far side: something was read
	closed atomic.Bool
	stop   context.CancelFunc // ends ssh
	ended  chan struct{}      // closed when ssh has ended
	exit   error              // how, then
}

// dialSSH starts ssh, in a session of its own, so that a Ctrl-C which is meant
// for this program does not end it. Whether the far side is there shows at the
// first Read.
func (e *Endpoint) dialSSH(ctx context.Context) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, e.dialError(ctx, err)
	}
	program, err := exec.LookPath("ssh")
	if err != nil {
		return nil, e.unsupported(fmt.Sprintf("there is no ssh program to reach it by (%v)", err))
	}
	c := &sshConn{e: e, ended: make(chan struct{})}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	c.stop = stop
	cmd := exec.CommandContext(running, program, e.ssh.args()...)
	cmd.Cancel = func() error { return terminate(cmd.Process) }
	cmd.WaitDelay = exitTimeout
	cmd.Stderr = &c.stderr
	cmd.SysProcAttr = ownSession()
	if err := c.start(cmd); err != nil {
		stop()
		return nil, e.notRunning(fmt.Errorf("start %s: %w", program, err))
	}
	go func() {
		defer stop()
		c.exit = cmd.Wait()
		close(c.ended)
	}()
	return c, nil
}

// start starts cmd with pipes to c.
func (c *sshConn) start(cmd *exec.Cmd) error {
	stdin, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer stdin.Close()
	r, stdout, err := os.Pipe()
	if err != nil {
		_ = w.Close()
		return err
	}
	defer stdout.Close()
	cmd.Stdin, cmd.Stdout = stdin, stdout
	if err := cmd.Start(); err != nil {
		_, _ = w.Close(), r.Close()
		return err
	}
	c.r, c.w = r, w
	return nil
}

func (c *sshConn) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if n > 0 {
		c.heard.Store(true)
	}
	if err == nil {
		return n, nil
	}
	if err == io.EOF {
		failure := c.failure()
		switch {
		case c.closed.Load():
			err = os.ErrClosed // ssh's output may end before Close closes it
		case failure != nil:
			return n, failure
		default:
			return n, io.EOF
		}
	}
	return n, c.opError("read", err)
}

func (c *sshConn) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	if err == nil {
		return n, nil
	}
	if errors.Is(err, syscall.EPIPE) {
		if failure := c.failure(); failure != nil {
			return n, failure
		}
	}
	return n, c.opError("write", err)
}

// failure waits for ssh's end and says what it failed with, nil if it did not
// or goes on.
func (c *sshConn) failure() error {
	timer := time.NewTimer(exitTimeout)
	defer timer.Stop()
	select {
	case <-c.ended:
	case <-timer.C:
		return nil
	}
	if c.exit == nil || errors.Is(c.exit, exec.ErrWaitDelay) || c.closed.Load() {
		return nil
	}
	said := c.stderr.String()
	if said == "" {
		said = "it printed nothing"
	}
	return c.e.notRunning(fmt.Errorf("ssh ended with %w: %s", c.exit, said))
}

// CloseWrite ends ssh's input, and by that what the engine reads.
func (c *sshConn) CloseWrite() error {
	if err := c.w.Close(); err != nil {
		return c.opError("close", err)
	}
	return nil
}

// Close ends ssh, and waits until it has ended.
func (c *sshConn) Close() error {
	if c.closed.Swap(true) {
		return c.opError("close", os.ErrClosed)
	}
	_ = c.w.Close() // CloseWrite may have done it
	err := c.r.Close()
	c.stop()
	<-c.ended
	if err != nil {
		return c.opError("close", err)
	}
	return nil
}

// opError is an error of a pipe as those of sockets are.
func (c *sshConn) opError(op string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	if errors.Is(err, os.ErrClosed) {
		err = net.ErrClosed
	}
	return &net.OpError{Op: op, Net: "ssh", Addr: sshAddr(c.e.host), Err: err}
}

func (c *sshConn) LocalAddr() net.Addr  { return sshAddr("") }
func (c *sshConn) RemoteAddr() net.Addr { return sshAddr(c.e.host) }

func (c *sshConn) SetReadDeadline(t time.Time) error  { return c.r.SetReadDeadline(t) }
func (c *sshConn) SetWriteDeadline(t time.Time) error { return c.w.SetWriteDeadline(t) }

func (c *sshConn) SetDeadline(t time.Time) error {
	err := c.SetWriteDeadline(t)
	if errors.Is(err, os.ErrClosed) && !c.closed.Load() {
		err = nil // after CloseWrite
	}
	return errors.Join(c.SetReadDeadline(t), err)
}

// sshAddr is the URL of an endpoint.
type sshAddr string

func (sshAddr) Network() string  { return "ssh" }
func (a sshAddr) String() string { return string(a) }

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	data []byte
	cut  bool
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.data = append(t.data, p...)
	if extra := len(t.data) - maxStderr; extra > 0 {
		t.data, t.cut = append(t.data[:0], t.data[extra:]...), true
	}
	return len(p), nil
}

// String is the text in one line, without what would change a terminal.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r >= 0x7f && r < 0xa0:
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(t.data), "?"))
	var lines []string
	for line := range strings.Lines(clean) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	s := strings.Join(lines, "; ")
	if t.cut {
		s = "… " + s
	}
	return s
}
