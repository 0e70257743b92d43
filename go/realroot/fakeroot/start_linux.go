//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"fmt"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// Program is what to run.
type Program struct {
	Path string
	// Args begin with the program's name.
	Args, Env []string
	// Inodes are what is known of the files of the root directory's tmpfs.
	Inodes *Inodes
	// Fail is called, from another goroutine, when the programs cannot go on
	// and must be killed.
	Fail func(error)
}

// UnsupportedError says that the kernel, or a sandbox, does not let a program
// handle the system calls of others.
type UnsupportedError struct{ Err error }

func (e *UnsupportedError) Error() string {
	return "system calls cannot be handled by another program (seccomp user notification, Linux 5.9): " + e.Err.Error()
}

func (e *UnsupportedError) Unwrap() error { return e.Err }

// Start starts a program as root. This process needs CAP_SYS_ADMIN in its user
// namespace, as the first process of one has, /proc must be that of its process
// namespace, and the standard streams are the program's. The caller waits for
// the process.
//
// The error is an *UnsupportedError where the kernel cannot do it; others are
// those of starting the program.
func Start(p Program) (pid int, _ *Supervisor, err error) {
	if err := checkKernel(); err != nil {
		return 0, nil, &UnsupportedError{err}
	}
	if err := beRoot(); err != nil {
		return 0, nil, fmt.Errorf("resource limits: %w", err)
	}
	s, err := newSupervisor(p.Inodes, p.Fail)
	if err != nil {
		return 0, nil, err
	}
	started := make(chan error)
	// The filter is the thread's for ever, and so the thread ends with the
	// goroutine.
	go func() {
		runtime.LockOSThread()
		pid, err = s.launch(p)
		started <- err
	}()
	return pid, s, <-started
}

// launch installs the filter on this thread and starts the program from it.
func (s *Supervisor) launch(p Program) (pid int, err error) {
	_, _ = unix.KeyctlJoinSessionKeyring("") // the caller's keys are not the program's
	if s.listener, err = listen(compile(architecture, append(refused(), notified(s.handlers)...))); err != nil {
		return 0, &UnsupportedError{err}
	}
	go func() {
		if err := s.serve(); err != nil {
			s.fail(err)
		}
	}()
	return syscall.ForkExec(p.Path, p.Args, &syscall.ProcAttr{
		Env: p.Env, Files: []uintptr{0, 1, 2},
		Sys: &syscall.SysProcAttr{Setsid: true},
	})
}
