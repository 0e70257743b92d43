//go:build linux && (amd64 || arm64)

package fakeroot

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

// Start makes the launcher the program, which runs as root. This process needs
// CAP_SYS_ADMIN in its user namespace, as the first process of one has, and
// /proc must be that of its process namespace. The caller waits for the process.
//
// The error is an *UnsupportedError where the kernel cannot do it; others are
// those of starting the program.
func (l *Launcher) Start(p Program) (pid int, _ *Supervisor, err error) {
	if err := checkKernel(); err != nil {
		return 0, nil, &UnsupportedError{err}
	}
	s, err := newSupervisor(p.Inodes, p.Fail)
	if err != nil {
		return 0, nil, err
	}
	s.listener, err = l.become(launchOrder{Path: []byte(p.Path), Args: bytesList(p.Args), Env: bytesList(p.Env)})
	if err != nil {
		return 0, nil, err
	}
	go func() {
		if err := s.serve(); err != nil {
			s.fail(err)
		}
	}()
	return l.pid, s, l.started()
}
