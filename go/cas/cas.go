// Package cas has the words for content-addressed storage, of which a remote
// cache of Bazel's is one: what a blob is called, and how it is read. It follows
// the Remote Execution API, version 2, "Digest".
package cas

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
)

// Digest is what a blob is called.
type Digest struct {
	// SHA256 is the hash of the blob's bytes, 64 hexadecimal digits in lower
	// case.
	SHA256 string
	// Size is the number of bytes.
	Size int64
}

// Blobs are what a storage has. Its methods can be used by several goroutines
// at once.
type Blobs interface {
	// Open gives a blob's bytes from the offset on, which is not beyond its end.
	// Bytes from 0 on are checked: reading them to the end fails where they are
	// not those of the digest.
	Open(ctx context.Context, d Digest, offset int64) (io.ReadCloser, error)
}

// hashLen is the number of hexadecimal digits of a SHA-256.
const hashLen = 64

// Check says what is wrong with a digest.
func (d Digest) Check() error {
	decoded, err := hex.DecodeString(d.SHA256)
	if err != nil || len(d.SHA256) != hashLen || hex.EncodeToString(decoded) != d.SHA256 {
		return fmt.Errorf("%.80q is not a SHA-256: want %d hexadecimal digits in lower case", d.SHA256, hashLen)
	}
	if d.Size < 0 {
		return fmt.Errorf("%d is not a size", d.Size)
	}
	return nil
}

// String is HASH/SIZE, as the names of blobs in the API have it.
func (d Digest) String() string { return d.SHA256 + "/" + strconv.FormatInt(d.Size, 10) }
