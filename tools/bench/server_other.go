//go:build !linux

package main

import "syscall"

// serverAttributes: a process group of its own, so that a Ctrl-C does not reach
// it.
func serverAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
