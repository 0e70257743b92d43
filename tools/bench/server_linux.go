package main

import "syscall"

// serverAttributes: a process group of its own, so that a Ctrl-C does not reach
// it, and an end together with this program, however that ends.
func serverAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
