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
	"errors"
	"fmt"
	"io"

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
