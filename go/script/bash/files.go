package bash

import (
	"io"
	"maps"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// openFile is what file descriptors refer to.
type openFile struct {
	io.Reader
	io.Writer
	closer io.Closer
	// references counts the descriptors.
	references int
	// null says that all of it is thrown away.
	null bool
}

func (f *openFile) Read(p []byte) (int, error) {
	if f == nil || f.Reader == nil {
		return 0, syscall.EBADF
	}
	return f.Reader.Read(p)
}

// Stat tells about a file of the tree.
func (f *openFile) Stat() (scriptfs.Info, error) {
	if f != nil {
		if file, ok := f.Reader.(interface{ Stat() (scriptfs.Info, error) }); ok {
			return file.Stat()
		}
	}
	return scriptfs.Info{}, syscall.EINVAL
}

func (f *openFile) Write(p []byte) (int, error) {
	if f == nil || f.Writer == nil {
		return 0, syscall.EBADF
	}
	return f.Writer.Write(p)
}

// descriptors are the open files of a shell.
type descriptors map[int]*openFile

// set makes a descriptor refer to a file, which is nil to close it.
func (d descriptors) set(n int, f *openFile) {
	if f != nil {
		f.references++
	}
	d.release(n)
	if f != nil {
		d[n] = f
	}
}

// release closes a descriptor.
func (d descriptors) release(n int) {
	f := d[n]
	delete(d, n)
	if f == nil {
		return
	}
	if f.references--; f.references == 0 && f.closer != nil {
		f.closer.Close()
	}
}

// clone is a copy for a subshell.
func (d descriptors) clone() descriptors {
	c := maps.Clone(d)
	for _, f := range c {
		f.references++
	}
	return c
}

func (sh *Shell) closeFiles() {
	for n := range maps.Clone(sh.files) {
		sh.files.release(n)
	}
}

// stdout and stderr are the streams that commands get.
func (sh *Shell) stdout() io.Writer { return sh.files[1] }
func (sh *Shell) stderr() io.Writer { return sh.files[2] }
