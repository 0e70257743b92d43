package main

import (
	"os"
	"syscall"
)

// replace has a program take the place of this process. It returns after an
// error only.
func replace(program string, args []string) error {
	err := syscall.Exec(program, append([]string{program}, args...), os.Environ())
	return &os.PathError{Op: "exec", Path: program, Err: err}
}
