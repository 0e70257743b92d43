package endpoint

import (
	"os"
	"syscall"
)

// ownSession has a program start in a process group of its own, which a Ctrl-C
// does not reach.
func ownSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// terminate ends a program: Windows has no signal that asks for it.
func terminate(p *os.Process) error { return p.Kill() }
