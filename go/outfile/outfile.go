// Package outfile writes output files whole or not at all: bytes go to a
// temporary file beside the place, which is renamed over it on Commit.
package outfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/google/renameio/v2"
)

// File is an output that appears at its path when Commit is called.
type File struct {
	*bufio.Writer
	path    string
	pending *renameio.PendingFile
	direct  *os.File
}

// Create starts an output at path. A path that exists and is not a regular
// file (a pipe, /dev/stdout) is written to directly.
func Create(path string) (*File, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		if info.IsDir() {
			return nil, fmt.Errorf("write %s: is a directory: name a file", path)
		}
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, err
		}
		return newFile(path, f, nil, f), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	p, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o644))
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, Explain(err, path, 0))
	}
	return newFile(path, p, p, nil), nil
}

func newFile(path string, w io.Writer, pending *renameio.PendingFile, direct *os.File) *File {
	w = &writer{Writer: w, path: path}
	return &File{Writer: bufio.NewWriterSize(w, 1<<16), path: path, pending: pending, direct: direct}
}

// Commit flushes the file and puts it in its place.
func (f *File) Commit() error {
	err := f.Flush()
	if err == nil && f.pending != nil {
		err = f.pending.CloseAtomicallyReplace()
	}
	if f.direct != nil {
		err = errors.Join(err, f.direct.Close())
		f.direct = nil
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", f.path, Explain(err, f.path, 0))
	}
	return nil
}

// Discard removes what was written, unless Commit put it in its place. It is
// meant to be deferred right after Create.
func (f *File) Discard() {
	if f.pending != nil {
		// After a Commit there is nothing left to remove; before one, a
		// temporary file that cannot be removed changes no output.
		_ = f.pending.Cleanup()
	}
	if f.direct != nil {
		_ = f.direct.Close()
		f.direct = nil
	}
}

// Write writes data to path, whole or not at all.
func Write(path string, data []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return f.Commit()
}
