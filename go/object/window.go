package object

import (
	"io"
	"sync"
)

// windowSize is how much is read at once where small files follow each other.
// What is as large is read without a copy.
const windowSize = 32 << 10

// window is a view of a file that reads ahead, since the contents in a NAR
// are read nearly in the order in which they stand.
type window struct {
	r io.ReaderAt

	mu  sync.Mutex
	buf []byte
	// held is the part of buf that holds the file's bytes from the offset at.
	held []byte
	at   int64
}

// ReadAt does what io.ReaderAt says.
func (w *window) ReadAt(p []byte, off int64) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.copyHeld(p, off)
	if n == len(p) {
		return n, nil
	}
	if len(p)-n >= windowSize {
		m, err := w.r.ReadAt(p[n:], off+int64(n))
		return n + m, err
	}
	if w.buf == nil {
		w.buf = make([]byte, windowSize)
	}
	m, err := w.r.ReadAt(w.buf, off+int64(n))
	w.held, w.at = w.buf[:m], off+int64(n)
	n += copy(p[n:], w.held)
	if n == len(p) {
		return n, nil
	}
	return n, err
}

// copyHeld copies what is there of the bytes at the offset off.
func (w *window) copyHeld(p []byte, off int64) int {
	if off < w.at || off >= w.at+int64(len(w.held)) {
		return 0
	}
	return copy(p, w.held[off-w.at:])
}
