package scriptfs

import (
	"io"
	"os"
	"syscall"
)

// File is an open file. It stays readable and writable after its last name is
// gone.
type File interface {
	io.Reader
	io.ReaderAt
	io.Writer
	io.Seeker
	io.Closer
	Stat() (Info, error)
}

// Open opens a file for reading, following symlinks. A directory can be opened
// and not read.
func (f *FS) Open(path string) (File, error) { return f.OpenFile(path, os.O_RDONLY, 0) }

const accessMode = os.O_RDONLY | os.O_WRONLY | os.O_RDWR

// OpenFile opens a file, following symlinks, with the flags of package os:
// O_RDONLY, O_WRONLY or O_RDWR, and O_CREATE, O_EXCL, O_TRUNC, O_APPEND. A file
// that it makes gets that mode.
func (f *FS) OpenFile(path string, flag int, mode uint32) (File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	h, err := f.openFile(path, flag, mode)
	if err != nil {
		return nil, errno("open", path, err)
	}
	return h, nil
}

func (f *FS) openFile(path string, flag int, mode uint32) (*handle, error) {
	exclusive := flag&os.O_CREATE != 0 && flag&os.O_EXCL != 0
	end := follow
	switch {
	case exclusive:
		end = entry
	case flag&os.O_CREATE != 0:
		end = create
	}
	p, err := f.resolve(path, end)
	if err != nil {
		return nil, err
	}
	write := flag&accessMode != os.O_RDONLY
	switch {
	case exclusive && p.slash && !dots(path):
		return nil, syscall.EISDIR
	case p.node == nil && flag&os.O_CREATE == 0:
		return nil, f.missing(p, path)
	case p.node == nil:
		if err := f.creatable(p, path); err != nil {
			return nil, err
		}
		if p.node, err = f.makeNode(Regular, mode); err != nil {
			return nil, err
		}
		p.dir.add(p.name, p.node)
	case exclusive:
		return nil, syscall.EEXIST
	case p.node.isDir() && (write || flag&os.O_CREATE != 0):
		return nil, syscall.EISDIR
	case p.node.isDir() || p.node.device != nil:
	case p.node.typ != Regular:
		return nil, syscall.ENXIO
	case write || flag&os.O_TRUNC != 0:
		if err := p.node.writable(); err != nil {
			return nil, err
		}
		if flag&os.O_TRUNC != 0 {
			p.node.content = content{}
			p.node.mtime = f.clock
		}
	}
	return &handle{fs: f, node: p.node, name: lastName(path), flag: flag}, nil
}

// Truncate cuts a file, or fills it up with zeros, following symlinks.
func (f *FS) Truncate(path string, size int64) error {
	return f.alter("truncate", path, follow, func(n *node) error {
		switch {
		case n.isDir():
			return syscall.EISDIR
		case n.typ != Regular || size < 0:
			return syscall.EINVAL
		}
		n.content.truncate(size)
		n.mtime = f.clock
		return nil
	})
}

// Clone makes dst, which is made with that mode unless it is there, a regular
// file with the content of src. They share the content until one of them is
// written to: no bytes are copied.
func (f *FS) Clone(src, dst string, mode uint32) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	from, err := f.exists(src, follow)
	switch {
	case err != nil:
	case from.node.isDir():
		err = syscall.EISDIR
	case from.node.typ != Regular:
		err = syscall.EINVAL
	}
	if err != nil {
		return &os.LinkError{Op: "clone", Old: src, New: dst, Err: err}
	}
	shared := from.node.content.clone()
	to, err := f.openFile(dst, os.O_WRONLY|os.O_CREATE, mode)
	if err == nil && to.node.typ != Regular {
		err = syscall.EINVAL
	}
	if err != nil {
		return &os.LinkError{Op: "clone", Old: src, New: dst, Err: err}
	}
	to.node.content, to.node.mtime = shared, f.clock
	return nil
}
