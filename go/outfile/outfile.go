// Package outfile writes output files whole or not at all: bytes go to a
// temporary file beside the place, which is renamed over it on Commit. Like
// Bazel's own, outputs are not made to outlive a loss of power: what is lost is
// built again.
package outfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// File is an output that appears at its path when Commit is called.
type File struct {
	*bufio.Writer
	path string
	// pending is the temporary file, nil when it is in its place or removed.
	pending *os.File
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
	p, err := createTemporary(path)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, Explain(err, path, 0))
	}
	return newFile(path, p, p, nil), nil
}

// createTemporary makes a new file beside path, with the mode of an output.
func createTemporary(path string) (*os.File, error) {
	dir, _ := filepath.Split(path)
	for {
		f, err := os.OpenFile(fmt.Sprintf("%s.output-%016x", dir, rand.Uint64()), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
		if !errors.Is(err, fs.ErrExist) {
			return f, ofOutput(err, path)
		}
	}
}

// ofOutput is an error of the temporary file, told of the output.
func ofOutput(err error, path string) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return &fs.PathError{Op: pathError.Op, Path: path, Err: pathError.Err}
	}
	return err
}

func newFile(path string, w io.Writer, pending, direct *os.File) *File {
	w = &writer{Writer: w, path: path}
	return &File{Writer: bufio.NewWriterSize(w, 1<<16), path: path, pending: pending, direct: direct}
}

// Commit flushes the file and puts it in its place.
func (f *File) Commit() error {
	err := f.Flush()
	if err == nil && f.pending != nil {
		err = f.pending.Close()
		if err == nil {
			err = os.Rename(f.pending.Name(), f.path)
		}
		if err == nil {
			f.pending = nil
		}
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
		// A temporary file that cannot be removed changes no output.
		_ = f.pending.Close()
		_ = os.Remove(f.pending.Name())
		f.pending = nil
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
