package scriptfs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
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
		p.node = f.newNode(Regular, mode)
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

// handle is an open file.
type handle struct {
	fs   *FS
	node *node
	name string
	flag int

	// mu guards what follows. It is taken before the file system's.
	mu     sync.Mutex
	place  int64
	closed bool
	stream stream
}

func (h *handle) Stat() (Info, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	return h.node.info(h.name), nil
}

func (h *handle) Read(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.node.device != nil && !h.closed {
		return h.node.device.read(p)
	}
	n, err := h.read(p, h.place)
	h.place += int64(n)
	return n, err
}

func (h *handle) ReadAt(p []byte, place int64) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if place < 0 {
		return 0, errno("read", h.name, syscall.EINVAL)
	}
	for n := 0; ; {
		more, err := h.read(p[n:], place+int64(n))
		n += more
		if n == len(p) || err != nil {
			return n, err
		}
	}
}

// read reads once.
func (h *handle) read(p []byte, place int64) (int, error) {
	switch {
	case h.closed:
		return 0, errno("read", h.name, os.ErrClosed)
	case h.flag&accessMode == os.O_WRONLY:
		return 0, errno("read", h.name, syscall.EBADF)
	case h.node.isDir():
		return 0, errno("read", h.name, syscall.EISDIR)
	case len(p) == 0:
		return 0, nil
	}
	h.fs.mu.Lock()
	e, hole := h.node.content.at(place, int64(len(p)))
	p = p[:e.size]
	switch {
	case e.size == 0:
		h.fs.mu.Unlock()
		return 0, io.EOF
	case hole:
		h.fs.mu.Unlock()
		clear(p)
		return len(p), nil
	case e.object == nil:
		defer h.fs.mu.Unlock()
		if err := h.fs.arena.read(p, e.offset); err != nil {
			return 0, errno("read", h.name, h.fs.fail(err))
		}
		return len(p), nil
	}
	h.fs.mu.Unlock()
	n, err := h.stream.read(p, e.object, e.offset)
	if err != nil {
		h.fs.mu.Lock()
		defer h.fs.mu.Unlock()
		return n, errno("read", h.name, h.fs.fail(err))
	}
	return n, nil
}

func (h *handle) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return 0, errno("write", h.name, os.ErrClosed)
	case h.flag&accessMode == os.O_RDONLY:
		return 0, errno("write", h.name, syscall.EBADF)
	case h.node.device != nil:
		n, err := h.node.device.write(p)
		return n, errno("write", h.name, err)
	case len(p) == 0:
		return 0, nil
	}
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if h.flag&os.O_APPEND != 0 {
		h.place = h.node.content.size
	}
	at, err := h.fs.arena.append(p)
	if err != nil {
		return 0, errno("write", h.name, h.fs.fail(err))
	}
	h.node.content.put(extent{start: h.place, size: int64(len(p)), offset: at})
	h.node.mtime = h.fs.clock
	h.place += int64(len(p))
	return len(p), nil
}

func (h *handle) Seek(offset int64, whence int) (int64, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += h.place
	case io.SeekEnd:
		h.fs.mu.Lock()
		offset += h.node.content.size
		h.fs.mu.Unlock()
	default:
		return 0, errno("seek", h.name, syscall.EINVAL)
	}
	if offset < 0 {
		return 0, errno("seek", h.name, syscall.EINVAL)
	}
	h.place = offset
	return offset, nil
}

func (h *handle) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return errno("close", h.name, os.ErrClosed)
	}
	h.closed = true
	return h.stream.close()
}

// stream reads a store object's file from front to back, which is all that the
// object can do.
type stream struct {
	file  *objectFile
	open  io.ReadCloser
	place int64
}

// read reads some of a file from a place on.
func (s *stream) read(p []byte, file *objectFile, place int64) (int, error) {
	if s.file != file || s.place > place {
		if err := s.close(); err != nil {
			return 0, err
		}
	}
	if s.open == nil {
		open, err := file.object.OpenFile(file.entry)
		if err != nil {
			return 0, err
		}
		*s = stream{file: file, open: open}
	}
	if s.place < place {
		n, err := io.CopyN(io.Discard, s.open, place-s.place)
		s.place += n
		if err != nil {
			return 0, fmt.Errorf("read %s: %w", file.entry.Path, err)
		}
	}
	n, err := s.open.Read(p)
	s.place += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

func (s *stream) close() error {
	if s.open == nil {
		return nil
	}
	err := s.open.Close()
	*s = stream{}
	return err
}
