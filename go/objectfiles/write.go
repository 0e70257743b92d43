package objectfiles

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
)

// Write describes an open object, all of whose bytes it reads.
func Write(w io.Writer, o *object.Object) error {
	var listing bytes.Buffer
	if err := o.WriteListing(&listing); err != nil {
		return err
	}
	first, rest, _ := bytes.Cut(listing.Bytes(), []byte("\n"))
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s\n%s", first, head)
	contents := contentsOf
	if o.IsNAR() {
		d := newDigester()
		if err := o.WriteNAR(d); err != nil {
			return err
		}
		out.WriteString(contentKeywords(d.digest()))
		contents = offsetOf
	}
	out.WriteByte('\n')
	entries := o.Entries()
	number := 0
	for line := range bytes.Lines(rest) {
		out.Write(bytes.TrimSuffix(line, []byte("\n")))
		if e := &entries[number]; e.Type == nar.Regular {
			keywords, err := contents(o, e)
			if err != nil {
				return err
			}
			out.WriteString(keywords)
		}
		out.WriteByte('\n')
		number++
	}
	return out.Flush()
}

// contentsOf are the keywords of a file of its own.
func contentsOf(o *object.Object, e *object.Entry) (string, error) {
	r, err := o.OpenFile(e)
	if err != nil {
		return "", err
	}
	d := newDigester()
	_, err = io.CopyBuffer(d, onlyReader{r}, make([]byte, readSize))
	if err := errors.Join(err, r.Close()); err != nil {
		return "", err
	}
	return contentKeywords(d.digest()), nil
}

// offsetOf are the keywords of a file in a NAR.
func offsetOf(_ *object.Object, e *object.Entry) (string, error) {
	return fmt.Sprintf("%s%d%s%d", sizeKeyword, e.Size, offsetKeyword, e.Offset()), nil
}

func contentKeywords(d cas.Digest) string {
	return fmt.Sprintf("%s%d%s%s", sizeKeyword, d.Size, hashKeyword, d.SHA256)
}

// readSize is how much is read and hashed at once.
const readSize = 256 << 10

// digester finds the digest of what is written to it.
type digester struct {
	hash hash.Hash
	size int64
}

func newDigester() *digester { return &digester{hash: sha256.New()} }

func (d *digester) Write(p []byte) (int, error) {
	d.size += int64(len(p))
	return d.hash.Write(p)
}

func (d *digester) digest() cas.Digest {
	return cas.Digest{SHA256: fmt.Sprintf("%x", d.hash.Sum(nil)), Size: d.size}
}

// onlyReader hides how a reader would rather be copied from.
type onlyReader struct{ io.Reader }
