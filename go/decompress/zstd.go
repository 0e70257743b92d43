package decompress

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

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
