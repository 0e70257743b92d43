//go:build unix

package endpoint

import (
	"os"
	"syscall"
)

// ownSession has a program start in a session of its own, which a Ctrl-C does
// not reach.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// terminate asks a program to end.
func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
