package imagefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/objectfiles"
)

// narContents has the contents of an object that is kept in a NAR, which is in
// the remote cache. They are read in their order, which is nearly that of the
// entries, as one blob.
type narContents struct {
	opening
	cancel  context.CancelFunc
	name    string
	digest  cas.Digest
	offsets map[string]int64
	// last is the greatest of the offsets.
	last int64

	mu sync.Mutex
	// rest is the blob from the offset pos on, nil while somebody reads it.
	rest io.ReadCloser
	pos  int64
}

// maxSkip is how many bytes are rather read than asked for anew.
const maxSkip = 1 << 20

func newNARContents(o opening, name string, files *objectfiles.Files) *narContents {
	a := &narContents{opening: o, name: name, digest: *files.NAR, offsets: files.Offsets}
	a.ctx, a.cancel = context.WithCancel(o.ctx)
	for _, offset := range files.Offsets {
		a.last = max(a.last, offset)
	}
	return a
}

// Name tells the file apart from those of other objects.
func (a *narContents) Name(e *object.Entry) string {
	return fmt.Sprintf("%s/%d", a.digest, a.offsets[e.Path])
}

// Open reads the archive on from where the content begins.
func (a *narContents) Open(e *object.Entry) (io.ReadCloser, error) {
	offset := a.offsets[e.Path]
	r, err := a.from(offset)
	if err != nil {
		return nil, a.explain(a.name, err)
	}
	return &narContent{archive: a, blob: r, pos: offset, left: e.Size, isLast: offset == a.last}, nil
}

// from gives the blob from the offset on.
func (a *narContents) from(offset int64) (io.ReadCloser, error) {
	a.mu.Lock()
	r, pos := a.rest, a.pos
	a.rest = nil
	a.mu.Unlock()
	if r == nil || offset < pos || offset-pos > maxSkip {
		if r != nil {
			_ = r.Close()
		}
		pos = offset
		if offset <= maxSkip { // From the first byte on, all are checked.
			pos = 0
		}
		var err error
		if r, err = a.places.remote(a.ctx, a.digest, pos); err != nil {
			return nil, err
		}
	}
	if _, err := io.CopyN(io.Discard, r, offset-pos); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Close ends what is being read.
func (a *narContents) Close() error {
	a.cancel()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.rest == nil {
		return nil
	}
	err := a.rest.Close()
	a.rest = nil
	return err
}

// narContent is one of the contents.
type narContent struct {
	archive   *narContents
	blob      io.ReadCloser
	pos, left int64
	isLast    bool
}

// Read reads up to the content's end, and with the last one the archive's.
func (c *narContent) Read(p []byte) (int, error) {
	if c.left == 0 {
		if c.isLast {
			if n, err := io.Copy(io.Discard, c.blob); err != nil {
				c.pos += n
				return 0, err
			}
		}
		return 0, io.EOF
	}
	n, err := c.blob.Read(p[:min(int64(len(p)), c.left)])
	c.pos += int64(n)
	c.left -= int64(n)
	if err == io.EOF && c.left == 0 {
		err = nil
	}
	return n, err
}

// Close lends the rest of the archive to the next content.
func (c *narContent) Close() error {
	a := c.archive
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.rest != nil || c.isLast {
		return c.blob.Close()
	}
	a.rest, a.pos = c.blob, c.pos
	return nil
}
