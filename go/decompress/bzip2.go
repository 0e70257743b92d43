package decompress

import (
	"bufio"
	"encoding/binary"
	"io"
)

// bzip2Reader tells what is wrong with a stream from what is not one.
type bzip2Reader struct {
	out io.Reader
	in  *bzip2Tail
}

func (r *bzip2Reader) Read(p []byte) (int, error) {
	n, err := r.out.Read(p)
	if err != nil && err != io.EOF && !r.in.failed && r.in.follows() {
		err = errFollows
	}
	return n, err
}

const (
	// bzip2End begins a stream's end, which is not at the beginning of a byte:
	// 48 bits, followed by a checksum of 32 and by what fills the last byte.
	bzip2End     = 0x177245385090
	bzip2EndSize = 11
	// bzip2HeaderSize is the size of "BZh9".
	bzip2HeaderSize = 4
)

// bzip2Tail knows the last bytes of what was read.
type bzip2Tail struct {
	in   *bufio.Reader
	last [bzip2EndSize + bzip2HeaderSize]byte
	// atEnd says that there were no more bytes, failed that there was another
	// error.
	atEnd, failed bool
}

// ReadByte reads and remembers.
func (t *bzip2Tail) ReadByte() (byte, error) {
	c, err := t.in.ReadByte()
	if err != nil {
		t.atEnd, t.failed = err == io.EOF, err != io.EOF
		return 0, err
	}
	copy(t.last[:], t.last[1:])
	t.last[len(t.last)-1] = c
	return c, nil
}

// Read is there for io.Reader: bytes are read one by one.
func (t *bzip2Tail) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c, err := t.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = c
	return 1, nil
}

// follows says whether what was read last is one to four bytes after the end of
// a stream, and not another one's whole header.
func (t *bzip2Tail) follows() bool {
	for size := 1; size <= bzip2HeaderSize; size++ {
		whole := size == bzip2HeaderSize && t.atEnd
		if !whole && isBzip2End(t.last[:len(t.last)-size]) {
			return true
		}
	}
	return false
}

// isBzip2End says whether a stream may end with the last bytes of b.
func isBzip2End(b []byte) bool {
	end := b[len(b)-bzip2EndSize:]
	bits := binary.BigEndian.Uint64(end)
	for padding := range 8 {
		// The end begins in the first byte, or with the second one.
		if bits>>(8+padding)&(1<<48-1) == bzip2End {
			return true
		}
	}
	return false
}
