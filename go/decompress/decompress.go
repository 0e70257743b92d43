// Package decompress reads streams that may be compressed, and tells how by
// their first bytes: gzip (RFC 1952), zstd (RFC 8878), xz (its file format
// 1.2.1), bzip2, or anything else, which is read as it is.
//
// Streams of several members or frames are read to the end. What follows after
// the last one is an error, so that no byte of a file is silently left unread.
package decompress

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Format is how a stream is compressed.
type Format string

// The formats.
const (
	None  Format = "none"
	Gzip  Format = "gzip"
	Zstd  Format = "zstd"
	XZ    Format = "xz"
	Bzip2 Format = "bzip2"
)

// MaxWindow is how much memory a stream may ask its reader to keep, in bytes:
// the window of zstd and the dictionary of xz. It is what zstd --ultra -22 and
// --long want.
const MaxWindow = 128 << 20

// magicLen is how many bytes Detect wants to see.
const magicLen = 6

// Detect tells the format of a stream by its first bytes.
func Detect(start []byte) Format {
	switch {
	case bytes.HasPrefix(start, []byte{0x1f, 0x8b}):
		return Gzip
	case isZstd(start):
		return Zstd
	case bytes.HasPrefix(start, []byte("\xfd7zXZ\x00")):
		return XZ
	case len(start) > 3 && string(start[:3]) == "BZh" && '1' <= start[3] && start[3] <= '9':
		return Bzip2
	}
	return None
}

// isZstd says whether a stream begins with a frame of zstd, or with one that
// readers skip.
func isZstd(start []byte) bool {
	if len(start) < 4 {
		return false
	}
	return string(start[:4]) == "\x28\xb5\x2f\xfd" || start[0]&0xf0 == 0x50 && string(start[1:4]) == "\x2a\x4d\x18"
}

// NewReader returns a reader of what r holds when it is not compressed, and
// the format that r has. Close frees memory and does not close r. A stream that
// ends too early is an io.ErrUnexpectedEOF.
func NewReader(r io.Reader) (io.ReadCloser, Format, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	start, err := in.Peek(magicLen)
	if err != nil && err != io.EOF {
		return nil, "", err
	}
	format := Detect(start)
	out, err := open(in, format)
	if err != nil {
		return nil, format, explain(format, err)
	}
	return &reader{out, format}, format, nil
}

func open(in *bufio.Reader, format Format) (io.ReadCloser, error) {
	switch format {
	case Gzip:
		return newGzip(in)
	case Zstd:
		// Nothing runs in the background, so that a reader that is not read to
		// its end leaves nothing behind.
		frames := &zstdFrames{r: in}
		z, err := zstd.NewReader(frames, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(MaxWindow), zstd.WithDecoderMaxMemory(MaxWindow))
		if err != nil {
			return nil, err
		}
		return &zstdReader{z.IOReadCloser(), frames}, nil
	case XZ:
		if err := checkDictionary(in); err != nil {
			return nil, err
		}
		x, err := newXZ(in)
		return io.NopCloser(x), err
	case Bzip2:
		t := &bzip2Tail{in: in}
		return io.NopCloser(&bzip2Reader{bzip2.NewReader(t), t}), nil
	}
	return io.NopCloser(in), nil
}

// reader names the format in errors.
type reader struct {
	io.ReadCloser
	format Format
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = explain(r.format, err)
	}
	return n, err
}

var errWindow = fmt.Errorf("it wants its reader to keep more than the limit of %d MiB: compress it with a smaller window", MaxWindow>>20)

// errFollows is for what comes after a whole member and does not begin with the
// header of another.
var errFollows = errors.New("not a member")

func explain(format Format, err error) error {
	switch {
	case errors.Is(err, errFollows):
		err = fmt.Errorf("something else than %s follows after its end", format)
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		err = errWindow
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("truncated: %w", err)
	}
	if format == None {
		return err
	}
	return fmt.Errorf("%s: %w", format, err)
}

// gzipReader reads members one by one, to tell what is wrong with a member from
// what is not one.
type gzipReader struct {
	member *gzip.Reader
	in     *bufio.Reader
}

func newGzip(in *bufio.Reader) (*gzipReader, error) {
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return &gzipReader{z, in}, nil
}

func (r *gzipReader) Read(p []byte) (int, error) {
	for {
		n, err := r.member.Read(p)
		if err != io.EOF {
			return n, err
		}
		if err := r.next(); n > 0 || err != nil {
			return n, err
		}
	}
}

// next begins the next member.
func (r *gzipReader) next() error {
	if _, err := r.in.Peek(1); err != nil {
		return err
	}
	err := r.member.Reset(r.in)
	r.member.Multistream(false)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrHeader) {
		err = errFollows
	}
	return err
}

func (r *gzipReader) Close() error { return r.member.Close() }

// zstdReader tells what is wrong with a frame from what is not one.
type zstdReader struct {
	io.ReadCloser
	frames *zstdFrames
}

func (r *zstdReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if (errors.Is(err, zstd.ErrMagicMismatch) || errors.Is(err, io.ErrUnexpectedEOF)) && r.frames.follows() {
		err = errFollows
	}
	return n, err
}

// zstdFrames knows where in a frame the last byte is that was read (RFC 8878,
// section 3.1).
type zstdFrames struct {
	r io.Reader
	// header is what was read of a header: of a block inside of a frame, of a
	// frame otherwise.
	header  []byte
	inFrame bool
	// content is how many bytes follow before the next header.
	content int64
	// checksum says that the frame has one after its last block.
	checksum bool
	// ended says that there was a whole frame.
	ended bool
}

// Read reads and notes where it is.
func (f *zstdFrames) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	for rest := p[:n]; len(rest) > 0 && !f.foreign(); {
		if skip := min(f.content, int64(len(rest))); skip > 0 {
			f.content -= skip
			rest = rest[skip:]
			continue
		}
		f.header = append(f.header, rest[0])
		rest = rest[1:]
		if f.inFrame {
			f.block()
		} else {
			f.frame()
		}
	}
	return n, err
}

const magicSize = 4

// foreign says whether what was read in place of a frame is not one.
func (f *zstdFrames) foreign() bool {
	return !f.inFrame && len(f.header) >= magicSize && !isZstd(f.header)
}

// follows says whether the last byte belongs to nothing, or to the header of
// another frame, which is not whole.
func (f *zstdFrames) follows() bool {
	return f.ended && !f.inFrame && len(f.header) > 0
}

// frame looks at a frame's header.
func (f *zstdFrames) frame() {
	h := f.header
	if len(h) <= magicSize || f.foreign() {
		return
	}
	if isSkippable := h[0]&0xf0 == 0x50; isSkippable {
		if len(h) == 2*magicSize {
			f.content = int64(binary.LittleEndian.Uint32(h[magicSize:]))
			f.ended, f.header = true, h[:0]
		}
		return
	}
	const (
		singleSegment = 0x20
		hasChecksum   = 0x04
	)
	descriptor := h[magicSize]
	size := magicSize + 1 + []int{0, 1, 2, 4}[descriptor&3] + []int{0, 2, 4, 8}[descriptor>>6]
	// There is a window, or the one segment's size in its place.
	if descriptor&singleSegment == 0 || descriptor>>6 == 0 {
		size++
	}
	if len(h) == size {
		f.inFrame, f.checksum, f.header = true, descriptor&hasChecksum != 0, h[:0]
	}
}

// block looks at a block's header.
func (f *zstdFrames) block() {
	h := f.header
	if len(h) < 3 {
		return
	}
	const repeated = 1
	f.content = int64(h[0])>>3 | int64(h[1])<<5 | int64(h[2])<<13
	if h[0]>>1&3 == repeated {
		f.content = 1
	}
	if isLast := h[0]&1 == 1; isLast {
		f.inFrame, f.ended = false, true
		if f.checksum {
			f.content += 4
		}
	}
	f.header = h[:0]
}

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
