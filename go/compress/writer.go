package compress

import (
	"io"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	// gzipLevel is the highest that keeps the speed that
	// docs/design/compression.md asks for.
	gzipLevel = 4
	// zstdLevel is the library's second of four, about level 3 of the
	// reference implementation.
	zstdLevel = zstd.SpeedDefault
	// zstdWindow is how far back a match may be, in bytes: the most that every
	// decoder must support, and what bounds the memory of both sides.
	zstdWindow = 8 << 20
)

// NewWriter returns a writer that compresses to w. Close writes what is left
// and does not close w; a writer that is given up without it holds nothing but
// memory, at most 32 MiB.
func NewWriter(w io.Writer, k Kind) (io.WriteCloser, error) {
	switch k {
	case None:
		return plain{w}, nil
	case Gzip:
		z, err := gzip.NewWriterLevel(w, gzipLevel)
		if err == nil {
			// No name and the operating system "unknown" are the defaults; for
			// "no time" the format has 0, which Go's zero time is not.
			z.ModTime = time.Unix(0, 0)
		}
		return z, err
	case Zstd:
		// Everything that has an influence on the bytes is named, so that
		// another default is not another digest. With a concurrency of one
		// nothing happens in the background: images have many layers, which
		// Bazel compresses in parallel.
		return zstd.NewWriter(w,
			zstd.WithEncoderConcurrency(1),
			zstd.WithConcurrentBlocks(false),
			zstd.WithEncoderLevel(zstdLevel),
			zstd.WithAllLitEntropyCompression(false),
			zstd.WithWindowSize(zstdWindow),
			zstd.WithEncoderCRC(true),
			zstd.WithZeroFrames(true),
		)
	}
	_, err := ParseKind(string(k))
	return nil, err
}

// plain writes what it gets.
type plain struct{ io.Writer }

func (plain) Close() error { return nil }
