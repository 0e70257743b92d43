//go:build !unix

package main

import (
	"errors"
	"os"
	"os/exec"
)

// replace runs a program with the streams of this process, and gives its exit
// status.
func replace(program string, args []string) (status int, err error) {
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}
