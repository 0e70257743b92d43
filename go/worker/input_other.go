//go:build !unix

package worker

import (
	"io"
	"os"
)

// Input is a file to read requests from, a program's standard input.
func Input(f *os.File) io.Reader { return f }
