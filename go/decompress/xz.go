package decompress

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
	"io"

	"github.com/ulikunitz/xz"
)

// checkDictionary looks at the first block's header, without reading on: 12
// bytes of the stream's header, then the block header's size and flags, then
// the filters, of which LZMA2 (0x21) is the last and the only one that is
// supported.
func checkDictionary(in *bufio.Reader) error {
	const filters = 14
	start, err := in.Peek(filters + 2*9 + 3)
	if err != nil && err != io.EOF {
		return err
	}
	if len(start) <= filters || start[12] == 0 {
		return nil // there is no block
	}
	rest := start[filters:]
	const packedSize, unpackedSize = 0x40, 0x80
	for _, flag := range []byte{packedSize, unpackedSize} {
		if start[13]&flag != 0 {
			rest = afterNumber(rest)
		}
	}
	const lzma2 = 0x21
	if len(rest) < 3 || rest[0] != lzma2 || rest[1] != 1 {
		return nil // its reader says what is wrong
	}
	if bits := uint(rest[2]); bits > 40 || dictionarySize(bits) > MaxWindow {
		return errWindow
	}
	return nil
}

// dictionarySize is what LZMA2's one byte of properties stands for: 4 KiB,
// 6 KiB, 8 KiB, 12 KiB and so on.
func dictionarySize(bits uint) uint64 { return uint64(2|bits&1) << (bits/2 + 11) }

// afterNumber skips a number of xz: seven bits a byte, the last one below 128.
func afterNumber(b []byte) []byte {
	for i, c := range b {
		if c < 0x80 {
			return b[i+1:]
		}
	}
	return nil
}

// xzReader reads xz, and makes sure of what its library does not: that the end
// of the input is the end of a stream, and not one between two blocks.
type xzReader struct {
	out io.Reader
	in  *tail
}

func newXZ(in io.Reader) (*xzReader, error) {
	t := &tail{r: in}
	out, err := xz.NewReader(t)
	return &xzReader{out, t}, err
}

func (x *xzReader) Read(p []byte) (int, error) {
	n, err := x.out.Read(p)
	switch {
	case err == nil || x.in.failed:
	case x.in.follows():
		err = errFollows
	case err == io.EOF && !x.in.complete():
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

const (
	headerSize = 12
	footerSize = 12
	// paddingSize is what the zeros after a stream come in multiples of.
	paddingSize = 4
)

// tail knows the last bytes of what was read, besides padding.
type tail struct {
	r    io.Reader
	last []byte
	// asked is how many bytes were asked for when there first were no more.
	asked int
	// ended says that a stream was read to its end, and since counts the bytes
	// after the last such end.
	ended bool
	since int
	// failed says that there was an error of r itself.
	failed bool
}

// Read reads as much as is asked for, so that padding is not read in pieces.
func (t *tail) Read(p []byte) (int, error) {
	n, err := io.ReadFull(t.r, p)
	if err == io.ErrUnexpectedEOF {
		err = nil // the end comes with the next read
	}
	t.failed = err != nil && err != io.EOF
	if n == 0 && err == io.EOF && t.asked == 0 {
		t.asked = len(p)
	}
	if isPadding := n == paddingSize && binary.LittleEndian.Uint32(p) == 0 && t.isFooter(); !isPadding {
		t.last = append(t.last, p[max(0, n-footerSize):n]...)
		t.last = t.last[max(0, len(t.last)-footerSize):]
		t.since += n
	}
	if t.isFooter() {
		t.ended, t.since = true, 0
	}
	return n, err
}

// complete says whether the library wanted to see what follows a stream, four
// bytes of padding or of another stream, when it came to the end.
func (t *tail) complete() bool { return t.asked == paddingSize && t.isFooter() }

// follows says whether the library stopped in what follows a stream, because
// it is too short for another one's header, or not one.
func (t *tail) follows() bool {
	whole := t.since == headerSize && t.asked != 0
	return t.ended && 0 < t.since && t.since <= headerSize && !whole
}

// isFooter says whether a stream's end was read last: a checksum of the six
// bytes that follow, and the letters that end it.
func (t *tail) isFooter() bool {
	f := t.last
	return len(f) == footerSize && string(f[10:]) == "YZ" && binary.LittleEndian.Uint32(f) == crc32.ChecksumIEEE(f[4:10])
}
