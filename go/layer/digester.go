package layer

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

const digestPrefix = "sha256:"

// digester hashes and counts what it writes.
type digester struct {
	w *bufio.Writer
	// hash is nil where nobody asks for the digest.
	hash hash.Hash
	size int64
	// discard says that w leads nowhere.
	discard bool
}

func newDigester(w io.Writer) *digester {
	// Headers are collected; contents are larger than the buffer and go
	// around it.
	return &digester{w: bufio.NewWriterSize(w, 64<<10), hash: sha256.New(), discard: w == io.Discard}
}

func (d *digester) Write(p []byte) (int, error) {
	if d.hash != nil {
		d.hash.Write(p)
	}
	d.size += int64(len(p))
	if d.discard {
		return len(p), nil
	}
	return d.w.Write(p)
}

// digest is the digest of what was written, in hexadecimal, empty if that was
// not hashed.
func (d *digester) digest() string {
	if d.hash == nil {
		return ""
	}
	return digestPrefix + hex.EncodeToString(d.hash.Sum(nil))
}
