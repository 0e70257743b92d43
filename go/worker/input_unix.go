//go:build unix

package worker

import (
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Input is a file to read requests from, a program's standard input, so that no
// thread waits for the next one: while one does, Go's runtime wakes up every
// few microseconds to look after it. What is neither a pipe nor a socket stays
// as it is, since others may have it open, too: a terminal.
func Input(f *os.File) io.Reader {
	info, err := f.Stat()
	if err != nil || info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket) == 0 {
		return f
	}
	fd, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		return f
	}
	syscall.CloseOnExec(fd)
	if err := syscall.SetNonblock(fd, true); err != nil {
		_ = syscall.Close(fd)
		return f
	}
	return os.NewFile(uintptr(fd), f.Name())
}
