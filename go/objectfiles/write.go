package objectfiles

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
)

// Write describes an open object, all of whose bytes it reads. archive is the
// NAR that the object is kept in, or empty.
func Write(w io.Writer, o *object.Object, archive string) error {
	var listing bytes.Buffer
	if err := o.WriteListing(&listing); err != nil {
		return err
	}
	first, rest, _ := bytes.Cut(listing.Bytes(), []byte("\n"))
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s\n%s", first, head)
	contents := contentsOf
	if archive != "" {
		d, err := digestOfFile(archive)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s%d%s%s", sizeKeyword, d.Size, hashKeyword, d.SHA256)
		offsets, err := offsetsIn(archive)
		if err != nil {
			return err
		}
		contents = func(_ *object.Object, e *object.Entry) (string, error) {
			return fmt.Sprintf("%s%d%s%d", sizeKeyword, e.Size, offsetKeyword, offsets[e.Path]), nil
		}
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
	d, err := digest(r)
	if err := errors.Join(err, r.Close()); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s%d%s%s", sizeKeyword, d.Size, hashKeyword, d.SHA256), nil
}

// offsetsIn are where contents begin in a NAR, by the files' paths.
func offsetsIn(archive string) (map[string]int64, error) {
	r, err := os.Open(archive)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	offsets := map[string]int64{}
	for in := nar.NewReader(r); ; {
		e, err := in.Next()
		if err == io.EOF {
			return offsets, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", archive, err)
		}
		if e.Type == nar.Regular {
			offsets[e.Path] = e.Offset
		}
	}
}

func digestOfFile(name string) (cas.Digest, error) {
	r, err := os.Open(name)
	if err != nil {
		return cas.Digest{}, err
	}
	d, err := digest(r)
	return d, errors.Join(err, r.Close())
}

// readSize is how much is read and hashed at once.
const readSize = 256 << 10

func digest(r io.Reader) (cas.Digest, error) {
	h := sha256.New()
	n, err := io.CopyBuffer(h, onlyReader{r}, make([]byte, readSize))
	return cas.Digest{SHA256: fmt.Sprintf("%x", h.Sum(nil)), Size: n}, err
}

// onlyReader hides how a reader would rather be copied from.
type onlyReader struct{ io.Reader }
