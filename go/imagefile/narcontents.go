package imagefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/objectfiles"
)

// narContents has the contents of an object that is kept in a NAR, which is in
// the remote cache. The NAR is read from its first byte to its last, so that all
// of it is checked when the content that stands last is asked for. Contents that are asked for in the order in which they stand
// are given while it arrives, all others from a copy.
type narContents struct {
	opening
	cancel  context.CancelFunc
	name    string
	digest  cas.Digest
	offsets map[string]int64
	// last is the greatest of the offsets.
	last int64

	mu sync.Mutex
	// inOrder says that nothing but what follows was asked for yet.
	inOrder bool
	// arriving is the blob from the offset pos on, nil before it is asked for and
	// while somebody reads it.
	arriving io.ReadCloser
	pos      int64
	// copied is the whole blob, nil until it is needed.
	copied *os.File
}

func newNARContents(o opening, name string, files *objectfiles.Files) *narContents {
	a := &narContents{opening: o, name: name, digest: *files.NAR, offsets: files.Offsets, inOrder: true}
	a.ctx, a.cancel = context.WithCancel(o.ctx)
	for i := range files.Entries {
		if e := &files.Entries[i]; e.Type == nar.Regular {
			offset := a.offsets[e.Path]
			// Names that are not UTF-8 may be in another order in the NAR.
			a.inOrder = a.inOrder && offset >= a.last
			a.last = max(a.last, offset)
		}
	}
	return a
}

// Name tells the file apart from those of other objects.
func (a *narContents) Name(e *object.Entry) string {
	return fmt.Sprintf("%s/%d", a.digest, a.offsets[e.Path])
}

// Open reads the archive on from where the content begins.
func (a *narContents) Open(e *object.Entry) (io.ReadCloser, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	explain := func(err error) error { return a.explain(a.name, err) }
	r, err := a.open(e)
	if err != nil {
		return nil, explain(err)
	}
	return explained{r, explain}, nil
}

func (a *narContents) open(e *object.Entry) (io.ReadCloser, error) {
	offset := a.offsets[e.Path]
	begins := a.arriving == nil && a.pos == 0
	if a.inOrder && (begins || a.arriving != nil && offset >= a.pos) {
		return a.next(offset, e.Size)
	}
	a.inOrder = false
	if a.copied == nil {
		if err := a.stop(); err != nil {
			return nil, err
		}
		var err error
		if a.copied, err = a.places.copied(a.ctx, a.digest); err != nil {
			return nil, err
		}
	}
	return io.NopCloser(io.NewSectionReader(a.copied, offset, e.Size)), nil
}

// next gives a content of the blob that arrives.
func (a *narContents) next(offset, size int64) (io.ReadCloser, error) {
	r := a.arriving
	if r == nil {
		var err error
		if r, err = a.places.remote(a.ctx, a.digest, 0); err != nil {
			return nil, err
		}
	}
	n, err := io.CopyN(io.Discard, r, offset-a.pos)
	a.pos += n
	a.arriving = nil
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return &narContent{archive: a, blob: r, pos: offset, left: size, isLast: offset == a.last}, nil
}

// stop ends what arrives.
func (a *narContents) stop() error {
	if a.arriving == nil {
		return nil
	}
	err := a.arriving.Close()
	a.arriving = nil
	return err
}

// Close ends what is being read.
func (a *narContents) Close() error {
	a.cancel()
	a.mu.Lock()
	defer a.mu.Unlock()
	err := a.stop()
	if a.copied != nil {
		err = errors.Join(err, a.copied.Close())
		a.copied = nil
	}
	return err
}

// narContent is one of the contents of a blob that arrives.
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
			if _, err := io.Copy(io.Discard, c.blob); err != nil {
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
	if c.isLast || !a.inOrder || a.ctx.Err() != nil {
		return c.blob.Close()
	}
	a.arriving, a.pos = c.blob, c.pos
	return nil
}
