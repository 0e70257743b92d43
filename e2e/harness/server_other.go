//go:build !linux

package harness

import "syscall"

// serverAttributes: the servers run on Linux alone; elsewhere their tests are
// not run.
func serverAttributes() *syscall.SysProcAttr { return nil }
