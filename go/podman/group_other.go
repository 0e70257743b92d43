//go:build !linux

package podman

import "os/exec"

// separate does nothing: services are started on Linux alone.
func separate(*exec.Cmd) {}

// kill kills a command.
func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
