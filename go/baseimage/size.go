package baseimage

import (
	"context"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/decompress"
)

// TarSize is the number of bytes of the uncompressed tar. A layer that is
// stored compressed is read to its end for it, and checked.
func (l *Layer) TarSize(ctx context.Context) (int64, error) {
	size, format, err := l.stored()
	if err != nil {
		return 0, l.explain(err)
	}
	if format == decompress.None {
		return size, nil
	}
	var n byteCount
	err = l.Write(ctx, &n)
	return int64(n), err
}

// stored is the number of bytes that are stored, and how they are compressed.
func (l *Layer) stored() (int64, decompress.Format, error) {
	m, err := l.members.open(l.member)
	if err != nil {
		return 0, "", err
	}
	defer m.Close()
	start := make([]byte, 16)
	n, err := io.ReadFull(m, start)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return 0, "", fmt.Errorf("%s: %w", l.member, err)
	}
	return m.size, decompress.Detect(start[:n]), nil
}

// byteCount counts the bytes that are written to it.
type byteCount int64

func (n *byteCount) Write(p []byte) (int, error) {
	*n += byteCount(len(p))
	return len(p), nil
}
