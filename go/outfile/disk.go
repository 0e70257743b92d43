package outfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// DiskError says why a folder does not take a file.
type DiskError struct {
	// Folder is where the file, or its temporary file, is.
	Folder string
	// Needed is how many bytes of it there are at least; 0: that is not known.
	Needed int64
	// Free is how many bytes the folder's file system has for us; -1: that is not
	// known.
	Free int64
	Err  error
}

func (e *DiskError) Error() string {
	if !isFull(e.Err) {
		return fmt.Sprintf("%v: the folder %s cannot be written to: have the output elsewhere, or change the folder", e.Err, e.Folder)
	}
	text := e.Err.Error()
	if e.Needed > 0 {
		text += fmt.Sprintf(": at least %d bytes are needed in %s", e.Needed, e.Folder)
	} else {
		text += ": in " + e.Folder
	}
	if e.Free >= 0 {
		text += fmt.Sprintf(", %d are free", e.Free)
	}
	return text + ": make room there"
}

// Unwrap is the system's error.
func (e *DiskError) Unwrap() error { return e.Err }

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// Explain makes a *DiskError of the error of a disk that is full or read-only,
// and returns other errors as they are. path is the file, and needed how many
// bytes of it there are at least; 0: that is not known.
func Explain(err error, path string, needed int64) error {
	var explained *DiskError
	if errors.As(err, &explained) || !isFull(err) && !errors.Is(err, syscall.EROFS) && !errors.Is(err, os.ErrPermission) {
		return err
	}
	e := &DiskError{Folder: filepath.Dir(path), Needed: needed, Free: -1, Err: err}
	var stat unix.Statfs_t
	if unix.Statfs(e.Folder, &stat) == nil {
		e.Free = int64(uint64(stat.Bavail) * uint64(stat.Bsize))
	}
	return e
}

// writer counts what is written for the error of a full disk.
type writer struct {
	io.Writer
	path    string
	written int64
}

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	w.written += int64(n)
	if err != nil {
		err = Explain(ofOutput(err, w.path), w.path, w.written+int64(len(p)-n))
	}
	return n, err
}
