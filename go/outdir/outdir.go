// Package outdir writes output directories whole or not at all: the files go
// into a temporary directory beside the place, which takes the place on Commit.
package outdir

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Dir is an output directory that appears at its path when Commit is called.
type Dir struct {
	path string
	// temporary is empty when there is nothing to remove.
	temporary string
	buffer    *bufio.Writer
}

// bufferSize is the size of writes to files, in bytes.
const bufferSize = 1 << 16

// Create starts an output directory at path, where nothing may be but an empty
// directory (Bazel makes one before an action).
func Create(path string) (*Dir, error) {
	path = filepath.Clean(path)
	switch names, err := os.ReadDir(path); {
	case err == nil && len(names) > 0:
		return nil, fmt.Errorf("write %s: the directory is not empty: it has %s: remove it, or name another", path, names[0].Name())
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	temporary, err := os.MkdirTemp(filepath.Dir(path), "."+filepath.Base(path)+".tmp")
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	d := &Dir{path: path, temporary: temporary, buffer: bufio.NewWriterSize(nil, bufferSize)}
	if err := os.Chmod(temporary, 0o755); err != nil {
		d.Discard()
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	return d, nil
}

// Write makes the file name, a path in the directory with slashes, of what
// write writes to it, and the directories above it. The mode is 0644. One file
// at a time can be written. An error of write's own is returned as it is.
func (d *Dir) Write(name string, write func(io.Writer) error) error {
	f, err := d.create(name)
	if err != nil {
		return d.explain(name, err)
	}
	d.buffer.Reset(f)
	err = write(d.buffer)
	if err == nil {
		err = d.explain(name, d.buffer.Flush())
	}
	if closeErr := f.Close(); err == nil {
		err = d.explain(name, closeErr)
	}
	return err
}

func (d *Dir) create(name string) (*os.File, error) {
	file := filepath.Join(d.temporary, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, err
	}
	return os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

func (d *Dir) explain(name string, err error) error {
	if err != nil {
		err = fmt.Errorf("write %s: %w", filepath.Join(d.path, filepath.FromSlash(name)), err)
	}
	return err
}

// WriteBytes makes the file name of data, as Write does.
func (d *Dir) WriteBytes(name string, data []byte) error {
	return d.Write(name, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Rename gives a file that was written another name.
func (d *Dir) Rename(from, to string) error {
	return os.Rename(filepath.Join(d.temporary, filepath.FromSlash(from)), filepath.Join(d.temporary, filepath.FromSlash(to)))
}

// Commit puts the directory in its place.
func (d *Dir) Commit() error {
	// A directory is not renamed over another, even if that is empty.
	err := os.Remove(d.path)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = os.Rename(d.temporary, d.path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", d.path, err)
	}
	d.temporary = ""
	return nil
}

// Discard removes what was written, unless Commit put it in its place. It is
// meant to be deferred right after Create.
func (d *Dir) Discard() {
	if d.temporary != "" {
		// A temporary directory that cannot be removed changes no output.
		_ = os.RemoveAll(d.temporary)
		d.temporary = ""
	}
}
