package object

import (
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/store"
)

// copySize is how much content is read at once.
const copySize = 256 << 10

// Info is what Nix's database knows of an object's content, and the content
// of info.json.
type Info struct {
	Version int `json:"version"`
	// NARHash is the SHA-256 of the object as a NAR: "sha256:" and 52
	// characters of Nix's base32.
	NARHash string `json:"nar_hash"`
	// NARSize is the number of bytes of that NAR.
	NARSize int64      `json:"nar_size"`
	Path    store.Path `json:"path"`
}

// Info hashes the object's NAR, which is nowhere kept.
func (o *Object) Info() (Info, error) {
	hash := sha256.New()
	count := &countWriter{w: hash}
	if err := o.WriteNAR(count); err != nil {
		return Info{}, err
	}
	return Info{
		Version: jsonfile.Version,
		NARHash: "sha256:" + store.Base32(hash.Sum(nil)),
		NARSize: count.n,
		Path:    o.path,
	}, nil
}

// writeFilesNAR writes an object as a NAR, entry by entry.
func writeFilesNAR(w io.Writer, o *Object) error {
	out := nar.NewWriter(w)
	buf := make([]byte, copySize)
	for _, e := range inNAROrder(o.entries) {
		header := nar.Entry{Path: e.Path, Type: e.Type, Executable: e.Executable, Size: e.Size, Target: e.Target}
		if err := out.WriteHeader(header); err != nil {
			return fmt.Errorf("%s: %w", o.path, err)
		}
		if e.Type != nar.Regular {
			continue
		}
		if err := copyFile(out, o, e, buf); err != nil {
			return err
		}
	}
	return out.Close()
}

func copyFile(w io.Writer, o *Object, e *Entry, buf []byte) error {
	r, err := o.OpenFile(e)
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(onlyWriter{w}, r, buf)
	if closeErr := r.Close(); err == nil {
		err = closeErr
	}
	return err
}

// onlyWriter hides io.ReaderFrom, so that io.CopyBuffer uses its buffer.
type onlyWriter struct{ io.Writer }

type countWriter struct {
	w io.Writer
	n int64
}

func (c *countWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
