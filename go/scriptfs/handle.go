package scriptfs

import (
	"io"
	"os"
	"sync"
	"syscall"
)

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
	case e.source == nil:
		defer h.fs.mu.Unlock()
		if err := h.fs.arena.read(p, e.offset); err != nil {
			return 0, errno("read", h.name, h.fs.fail(err))
		}
		return len(p), nil
	}
	h.fs.mu.Unlock()
	n, err := h.stream.read(p, e.source, e.offset)
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
	at, err := h.fs.keep(p)
	if err != nil {
		return 0, errno("write", h.name, err)
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
