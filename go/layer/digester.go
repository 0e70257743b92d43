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
	// w is nil where the bytes lead nowhere.
	w *bufio.Writer
	// hash is nil where nobody asks for the digest.
	hash hash.Hash
	size int64
}

func newDigester(w io.Writer) *digester {
	d := &digester{hash: sha256.New()}
	if w != io.Discard {
		// Headers are collected; contents are larger than the buffer and go
		// around it.
		d.w = bufio.NewWriterSize(w, 64<<10)
	}
	return d
}

func (d *digester) Write(p []byte) (int, error) {
	if d.hash != nil {
		d.hash.Write(p)
	}
	d.size += int64(len(p))
	if d.w == nil {
		return len(p), nil
	}
	return d.w.Write(p)
}

func (d *digester) flush() error {
	if d.w == nil {
		return nil
	}
	return d.w.Flush()
}

// digest is the digest of what was written, in hexadecimal, empty if that was
// not hashed.
func (d *digester) digest() string {
	if d.hash == nil {
		return ""
	}
	return digestPrefix + hex.EncodeToString(d.hash.Sum(nil))
}
