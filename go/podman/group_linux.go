package podman

import (
	"os/exec"
	"syscall"
)

// separate gives a command a process group of its own, which signals from the
// terminal do not reach.
func separate(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// kill kills a command that separate was called for, and what it started.
func kill(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
