//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// launcherName is the name under which the own program is started as launcher.
const launcherName = "strata-fakeroot-launcher"

// launcherFD is the launcher's end of its socket.
const launcherFD = 3

// Launcher is a process that waits to become the program. It is this program
// again, because the filter must be installed by a thread that a supervisor in
// another process answers: a Go program that starts one may stand still until
// that runs, and with it the supervisor. The root directory that it sees changes
// with pivot_root(2).
type Launcher struct {
	pid    int
	socket int
}

// NewLauncher starts a launcher with the output, the umask and the resource
// limits of this process, and a session of its own. The program's standard
// input is the root directory's /dev/null.
func NewLauncher() (*Launcher, error) {
	if err := beRoot(); err != nil {
		return nil, fmt.Errorf("resource limits: %w", err)
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	pid, err := syscall.ForkExec("/proc/self/exe", []string{launcherName}, &syscall.ProcAttr{
		Dir: "/", Files: []uintptr{0, 1, 2, uintptr(pair[1])}, Sys: &syscall.SysProcAttr{Setsid: true},
	})
	_ = unix.Close(pair[1])
	if err != nil {
		_ = unix.Close(pair[0])
		return nil, fmt.Errorf("start the launcher: %w", err)
	}
	l := &Launcher{pid: pid, socket: pair[0]}
	if err := l.awaitReady(); err != nil {
		_ = unix.Close(pair[0])
		return nil, fmt.Errorf("start the launcher: %w", err)
	}
	return l, nil
}

// awaitReady waits until the launcher's own code runs. Its libraries, if it has
// any, are then loaded from the root directory that it was started in.
func (l *Launcher) awaitReady() error {
	answer := make([]byte, 1)
	for {
		n, err := unix.Read(l.socket, answer)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return err
		case n == 0:
			return errors.New("it ended too early")
		}
		return nil
	}
}

// Init makes this process a launcher if it was started as one, and then never
// returns. A program that calls NewLauncher must call it first of all in its
// main function.
func Init() {
	if len(os.Args) == 1 && os.Args[0] == launcherName {
		os.Exit(launch())
	}
}

// EmptyInput makes the root directory's /dev/null this process's standard input.
// One that comes from outside would be a way to the files there.
func EmptyInput() error {
	fd, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("standard input: %s: %w", os.DevNull, err)
	}
	defer unix.Close(fd)
	if err := unix.Dup3(fd, 0, 0); err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	return nil
}

// launchOrder says what to become.
type launchOrder struct {
	Path      []byte
	Args, Env [][]byte
}

const maxOrder = 1 << 16

// What the launcher says: that it runs, the listener, or an error's number or
// text.
const (
	isReady     = 'r'
	hasListener = 'l'
	hasFailed   = 'f'
)

func launch() (exitCode int) {
	runtime.LockOSThread()
	unix.CloseOnExec(launcherFD)
	if _, err := unix.Write(launcherFD, []byte{isReady}); err != nil {
		return 1
	}
	buffer := make([]byte, maxOrder)
	n, err := unix.Read(launcherFD, buffer)
	var order launchOrder
	if err != nil || n == 0 || json.Unmarshal(buffer[:n], &order) != nil {
		return 1 // whoever started this process has ended
	}
	if err := errors.Join(os.Chdir("/"), EmptyInput()); err != nil {
		return 1
	}
	_, _ = unix.KeyctlJoinSessionKeyring("") // the caller's keys are not the program's
	l, err := listen(compile(architecture, append(refused(), notified(allHandlers())...)))
	if err != nil {
		_, _ = unix.Write(launcherFD, append([]byte{hasFailed}, err.Error()...))
		return 1
	}
	if err := unix.Sendmsg(launcherFD, []byte{hasListener}, unix.UnixRights(int(l)), nil, 0); err != nil {
		return 1
	}
	err = syscall.Exec(string(order.Path), stringsOf(order.Args), stringsOf(order.Env))
	if errno, ok := err.(syscall.Errno); ok {
		_, _ = unix.Write(launcherFD, []byte(strconv.Itoa(int(errno))))
	}
	return 1
}

// become sends the order and gives the listener.
func (l *Launcher) become(order launchOrder) (listener, error) {
	data, err := json.Marshal(order)
	if err != nil {
		return -1, err
	}
	if _, err := unix.Write(l.socket, data); err != nil {
		return -1, fmt.Errorf("launcher: %w", err)
	}
	answer, control := make([]byte, 1024), make([]byte, unix.CmsgSpace(4))
	n, controlSize, _, _, err := unix.Recvmsg(l.socket, answer, control, unix.MSG_CMSG_CLOEXEC)
	switch {
	case err != nil:
		return -1, fmt.Errorf("launcher: %w", err)
	case n > 0 && answer[0] == hasFailed:
		return -1, &UnsupportedError{fmt.Errorf("%s", answer[1:n])}
	case n == 0 || answer[0] != hasListener:
		return -1, fmt.Errorf("the launcher ended too early")
	}
	messages, err := unix.ParseSocketControlMessage(control[:controlSize])
	if err != nil || len(messages) != 1 {
		return -1, fmt.Errorf("the launcher sent %d descriptors: %w", len(messages), err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return -1, fmt.Errorf("the launcher sent no descriptor: %w", err)
	}
	return listener(fds[0]), nil
}

// started waits until the launcher has become the program. The error is that of
// execve(2).
func (l *Launcher) started() error {
	defer unix.Close(l.socket)
	answer := make([]byte, 16)
	for {
		n, err := unix.Read(l.socket, answer)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return fmt.Errorf("launcher: %w", err)
		case n == 0:
			return nil // closed on exec
		}
		number, err := strconv.Atoi(string(answer[:n]))
		if err != nil {
			return fmt.Errorf("launcher: %w", err)
		}
		return syscall.Errno(number)
	}
}

func bytesList(list []string) [][]byte {
	out := make([][]byte, len(list))
	for i, s := range list {
		out[i] = []byte(s)
	}
	return out
}

func stringsOf(list [][]byte) []string {
	out := make([]string, len(list))
	for i, b := range list {
		out[i] = string(b)
	}
	return out
}
