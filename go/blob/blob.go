package blob

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// outputBuffer is the size of the writes of a blob, in bytes: compressors write
// little pieces.
const outputBuffer = 64 << 10

// Write compresses what write writes to w, and describes the result. write
// returns the digest of the tar that it wrote, which most of those who make one
// know anyway. With io.Discard as w it only finds the descriptor.
func Write(w io.Writer, k compress.Kind, write func(tar io.Writer) (diffID string, err error)) (Descriptor, error) {
	out := newDigester(w)
	z, err := compress.NewWriter(out, k)
	if err != nil {
		return Descriptor{}, err
	}
	diffID, err := write(z)
	if err != nil {
		return Descriptor{}, err
	}
	if err := z.Close(); err != nil {
		return Descriptor{}, err
	}
	if err := out.w.Flush(); err != nil {
		return Descriptor{}, err
	}
	return out.descriptor(diffID, k.LayerMediaType()), nil
}

// copySize is how much of a tar is read at once, in bytes.
const copySize = 256 << 10

// WriteFrom compresses the tar that r holds to w, and describes the result.
func WriteFrom(w io.Writer, k compress.Kind, r io.Reader) (Descriptor, error) {
	return Write(w, k, func(tar io.Writer) (string, error) {
		hash := sha256.New()
		// Without the wrapper, the compressor would read by itself.
		_, err := io.CopyBuffer(struct{ io.Writer }{io.MultiWriter(hash, tar)}, struct{ io.Reader }{r}, make([]byte, copySize))
		return digestPrefix + hex.EncodeToString(hash.Sum(nil)), err
	})
}

// CheckDiffID makes sure that the blob is of the layer that was to be
// compressed.
func (d *Descriptor) CheckDiffID(want string) error {
	if d.DiffID != want {
		return fmt.Errorf("the layer's diff ID is %s, want %s: its files changed since it was described: build it again", d.DiffID, want)
	}
	return nil
}

// digester hashes and counts what it writes.
type digester struct {
	w    *bufio.Writer
	hash hash.Hash
	size int64
}

func newDigester(w io.Writer) *digester {
	return &digester{w: bufio.NewWriterSize(w, outputBuffer), hash: sha256.New()}
}

func (d *digester) Write(p []byte) (int, error) {
	d.hash.Write(p)
	d.size += int64(len(p))
	return d.w.Write(p)
}

// descriptor describes what was written.
func (d *digester) descriptor(diffID, mediaType string) Descriptor {
	digest := digestPrefix + hex.EncodeToString(d.hash.Sum(nil))
	return Descriptor{DiffID: diffID, Digest: digest, MediaType: mediaType, Size: d.size, Version: jsonfile.Version}
}
