package harness

import "syscall"

// serverAttributes: a process group of its own, and an end together with the
// test binary, however that ends.
func serverAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
