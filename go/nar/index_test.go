package nar

import (
	"bytes"
	"fmt"
	"testing"
)

// counted counts the reads of a reader that can seek.
type counted struct {
	*bytes.Reader
	reads, bytes int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.reads++
	c.bytes += n
	return n, err
}

// TestIndexReadsLittle: listing an archive reads hardly more than what stands
// between its contents. Every byte read there is read again with the content.
func TestIndexReadsLittle(t *testing.T) {
	const files = 1000
	for _, test := range []struct {
		size, bytes, reads int
	}{
		{size: 100, bytes: files * 400, reads: files / 30},
		{size: 4 << 10, bytes: files * 4600, reads: files / 3},
		{size: 20 << 10, bytes: files*afterSeek + 2*bufferSize, reads: files + 4},
		{size: 100 << 10, bytes: files*afterSeek + 2*bufferSize, reads: files + 4},
	} {
		t.Run(fmt.Sprintf("%d bytes", test.size), func(t *testing.T) {
			c := &counted{Reader: bytes.NewReader(manyFiles(t, files, int64(test.size)))}
			if err := index(c); err != nil {
				t.Fatal(err)
			}
			if c.bytes > test.bytes || c.reads > test.reads {
				t.Errorf("%d bytes in %d reads, want at most %d in %d", c.bytes, c.reads, test.bytes, test.reads)
			}
		})
	}
}
