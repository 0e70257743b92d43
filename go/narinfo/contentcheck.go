package narinfo

import (
	"bytes"
	"fmt"
	"hash"
	"slices"

	"github.com/rules-strata/rules_strata/go/store"
)

// ContentCheck compares content with the hash in a content address: the bytes
// that OfFile names are written to it, then Verify is called.
type ContentCheck struct {
	// OfFile says that the hash is of the content of a file, which the object
	// must be, not executable. Otherwise it is of the NAR.
	OfFile bool

	path    store.Path
	address string
	digest  []byte
	hash    hash.Hash
	// modulo is nil when the object does not refer to itself.
	modulo *moduloWriter
}

func newContentCheck(path store.Path, address string, a contentAddress, self bool) *ContentCheck {
	c := &ContentCheck{OfFile: a.method != recursive, path: path, address: address, digest: a.digest, hash: algorithms[a.algorithm]()}
	if self {
		c.modulo = &moduloWriter{out: c.hash, hashPart: path.HashPart()}
	}
	return c
}

// Write takes the next bytes of the content.
func (c *ContentCheck) Write(p []byte) (int, error) {
	if c.modulo != nil {
		return c.modulo.Write(p)
	}
	return c.hash.Write(p)
}

// Verify is called once, after all bytes were written.
func (c *ContentCheck) Verify() error {
	sums := [][]byte{c.hash.Sum(nil)}
	if c.modulo != nil {
		sums = c.modulo.sums()
	}
	if !slices.ContainsFunc(sums, func(sum []byte) bool { return bytes.Equal(sum, c.digest) }) {
		return fmt.Errorf("%s: the content is not the one of its content address %q: its hash is %s", c.path, c.address, store.Base32(sums[0]))
	}
	return nil
}
