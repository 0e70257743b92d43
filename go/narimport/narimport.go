// Package narimport takes the compressed NAR of a store object from a binary
// cache, and lets through what is exactly the object that is described: its
// format, size and hash are those in its narinfo, and the narinfo itself can
// be believed (narinfo.Trust).
//
// The file is read once, in little memory: what it is when it is decompressed
// is not kept.
package narimport

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/narinfo"
)

// Copy reads the compressed NAR of the object from r and writes the NAR to w.
// What was written is worth nothing if there is an error.
func Copy(w io.Writer, r io.Reader, object *narinfo.NARInfo, keys []narinfo.PublicKey) error {
	check, err := object.Trust(keys)
	if err != nil {
		return err
	}
	content, err := open(r, object.Compression)
	if err != nil {
		return fmt.Errorf("%s: %w", object.StorePath, err)
	}
	defer content.Close()
	m := &measure{out: w, hash: sha256.New(), want: object.NARSize}
	if err := read(io.TeeReader(content, m), check); err != nil {
		return fmt.Errorf("%s: %w", object.StorePath, err)
	}
	if err := m.verify(object.NARHash); err != nil {
		return fmt.Errorf("%s: %w", object.StorePath, err)
	}
	if check != nil {
		return check.Verify()
	}
	return nil
}

// open decompresses what must be compressed as it is said to be.
func open(r io.Reader, want decompress.Format) (io.ReadCloser, error) {
	in := bufio.NewReader(r)
	start, err := in.Peek(16)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if err := checkKind(start, want); err != nil {
		return nil, err
	}
	content, _, err := decompress.NewReader(in)
	return content, err
}

// checkKind tells by its first bytes what a file is.
func checkKind(start []byte, want decompress.Format) error {
	got := decompress.Detect(start)
	switch {
	case len(start) == 0:
		return errors.New("the file is empty")
	case bytes.HasPrefix(bytes.TrimSpace(start), []byte("<")):
		return fmt.Errorf("the file is not a NAR but HTML (it begins with %q): is there a proxy or a login page between here and the cache?", start)
	case got == want:
		return nil
	case got == decompress.None:
		return fmt.Errorf("the file is not compressed, want %s: it begins with %q", want, start)
	}
	return fmt.Errorf("the file is compressed with %s, want %s", got, want)
}

// read reads a NAR to its end.
func read(in io.Reader, check *narinfo.ContentCheck) error {
	ofFile := check != nil && check.OfFile
	if check != nil && !ofFile {
		in = io.TeeReader(in, check)
	}
	r := nar.NewReader(in)
	for {
		entry, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if !ofFile {
			continue
		}
		if entry.Type != nar.Regular || entry.Executable {
			return errors.New("the content address is one of a file that is not executable, and the NAR is something else")
		}
		if _, err := io.Copy(check, r); err != nil {
			return err
		}
	}
}

// measure is the way of a NAR to out, on which it is hashed and counted.
type measure struct {
	out  io.Writer
	hash hash.Hash
	size int64
	// want is the size that the NAR should have; what is beyond is not written.
	want int64
}

// overrun is how much larger than it should be a NAR may be for its size to be
// found out: a small file may unpack to very much.
const overrun = 64 << 20

func (m *measure) Write(p []byte) (int, error) {
	if m.size-m.want > overrun {
		return 0, fmt.Errorf("NAR size is more than %d bytes, want %d", m.size, m.want)
	}
	m.size += int64(len(p))
	m.hash.Write(p)
	if m.size > m.want {
		return len(p), nil
	}
	return m.out.Write(p)
}

func (m *measure) verify(want narinfo.Hash) error {
	if m.size != m.want {
		return fmt.Errorf("NAR size is %d bytes, want %d", m.size, m.want)
	}
	if got := narinfo.Hash(m.hash.Sum(nil)); got != want {
		return fmt.Errorf("NAR hash is %s, want %s", got.SRI(), want.SRI())
	}
	return nil
}
