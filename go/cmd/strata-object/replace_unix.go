//go:build unix

package main

import (
	"os"
	"syscall"
)

// replace has a program take the place of this process. It returns after an
// error only.
func replace(program string, args []string) (status int, err error) {
	err = syscall.Exec(program, append([]string{program}, args...), os.Environ())
	return 0, &os.PathError{Op: "exec", Path: program, Err: err}
}
