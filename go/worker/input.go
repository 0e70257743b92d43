package worker

import (
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Input is a file to read requests from, a program's standard input, for which no
// thread waits in a call of read: Go's runtime looks after such a thread every 20
// microseconds at first, which costs more than the request. That is a setting of
// all who have the file open: what is not a pipe, which Bazel gives a worker,
// stays as it is.
func Input(f *os.File) io.Reader {
	info, err := f.Stat()
	if err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
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
