package layer

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"strings"
)

// TarWriter writes a tar in the dialect of CPython's tarfile with its
// PAX_FORMAT, which is the dialect of dockerTools' layers: ustar headers, each
// after a PAX header named "././@PaxHeader" where ustar cannot hold a value,
// and zeros at the end up to a multiple of 10240 bytes. (archive/tar's writer
// makes other choices wherever the format leaves one.) Equal calls give equal
// bytes.
type TarWriter struct {
	w   io.Writer
	err error
	// size is the current content's number of bytes, left how many of them
	// are still to come.
	size, left int64
	// written counts the bytes of the whole tar.
	written int64
	records []byte
	block   block
}

var zeros [recordSize]byte

// NewTarWriter returns a TarWriter to w. It does not buffer: w gets a write
// for each header and each padding.
func NewTarWriter(w io.Writer) *TarWriter { return &TarWriter{w: w} }

// WriteHeader begins an entry; for a regular file exactly h.Size bytes must
// follow by Write.
func (t *TarWriter) WriteHeader(h *Header) error {
	if t.err == nil {
		t.err = t.header(h)
	}
	return t.err
}

// Write writes content of the current file.
func (t *TarWriter) Write(p []byte) (int, error) {
	if t.err != nil {
		return 0, t.err
	}
	if int64(len(p)) > t.left {
		t.err = fmt.Errorf("write tar: content is longer than the %d bytes in its header", t.size)
		return 0, t.err
	}
	t.left -= int64(len(p))
	return t.put(p)
}

// Close writes the tar's end. It does not close the underlying writer.
func (t *TarWriter) Close() error {
	if t.err != nil {
		return t.err
	}
	if err := t.endContent(); err != nil {
		return err
	}
	const end = 2 * blockSize
	_, err := t.put(zeros[:end])
	if rest := (t.written) % recordSize; err == nil && rest > 0 {
		_, err = t.put(zeros[rest:])
	}
	if err == nil {
		t.err = errors.New("write tar: the writer is closed")
	}
	return err
}

// put writes p and keeps an error.
func (t *TarWriter) put(p []byte) (int, error) {
	n, err := t.w.Write(p)
	t.written += int64(n)
	t.err = err
	return n, err
}

func (t *TarWriter) header(h *Header) error {
	if err := h.check(); err != nil {
		return fmt.Errorf("write tar: entry %q: %w", shorten(h.Name), err)
	}
	if err := t.endContent(); err != nil {
		return err
	}
	final := *h
	if h.Type == tar.TypeDir && !strings.HasSuffix(h.Name, "/") {
		final.Name += "/"
	}
	if t.records = appendRecords(t.records[:0], &final); len(t.records) > 0 {
		if err := t.paxHeader(); err != nil {
			return err
		}
	}
	t.size, t.left = h.Size, h.Size
	t.block.fill(&final)
	_, err := t.put(t.block.bytes[:])
	return err
}

// paxHeader writes the records as an entry of their own.
func (t *TarWriter) paxHeader() error {
	t.block.fill(&Header{Name: paxName, Type: tar.TypeXHeader, Size: int64(len(t.records))})
	if _, err := t.put(t.block.bytes[:]); err != nil {
		return err
	}
	if _, err := t.put(t.records); err != nil {
		return err
	}
	return t.pad()
}

// endContent ends the current file.
func (t *TarWriter) endContent() error {
	if t.left > 0 {
		t.err = fmt.Errorf("write tar: content is %d bytes shorter than the %d in its header", t.left, t.size)
		return t.err
	}
	return t.pad()
}

// pad fills the last block.
func (t *TarWriter) pad() error {
	if rest := t.written % blockSize; rest > 0 {
		_, err := t.put(zeros[:blockSize-rest])
		return err
	}
	return nil
}

// shorten cuts the middle out of a text that is too long for an error.
func shorten(s string) string {
	const keep = 80
	if len(s) <= 2*keep {
		return s
	}
	return s[:keep] + "…" + s[len(s)-keep:]
}
