package registry

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Layer is a layer to push. Its bytes are those of the blob, compressed as its
// media type says. They may be asked for several times, and must be the same
// each time.
type Layer struct {
	MediaType string
	Digest    v1.Hash
	Size      int64
	DiffID    v1.Hash
	// Name says in a few words what the layer holds.
	Name string
	// Open or Write gives the bytes: either is enough.
	Open  func(ctx context.Context) (io.ReadCloser, error)
	Write func(ctx context.Context, w io.Writer) error
	// From are repositories that may have the layer: where one is of the
	// registry that is pushed to, the layer is mounted from there.
	From []name.Repository

	config bool // an image's config, which is not shown
}

// open gives the bytes, which end with an error if they are not those of the
// digest.
func (l *Layer) open(ctx context.Context) (io.ReadCloser, error) {
	d, err := newDigester(l.Digest.Algorithm)
	if err != nil {
		return nil, err
	}
	var r io.ReadCloser
	switch {
	case l.Open != nil:
		r, err = l.Open(ctx)
	case l.Write != nil:
		r = pipe(ctx, l.Write)
	default:
		err = errors.New("the registry does not have it, and its bytes are not here")
	}
	if err != nil {
		return nil, l.because(err)
	}
	return &checked{ReadCloser: r, layer: l, digester: d}, nil
}

func (l *Layer) because(err error) error {
	return fmt.Errorf("layer %s (%s): %w", l.Digest, l.Name, err)
}

// pipe turns a function that writes into something to read from. Closing it
// ends the function.
func pipe(ctx context.Context, write func(context.Context, io.Writer) error) io.ReadCloser {
	ctx, cancel := context.WithCancel(ctx)
	r, w := io.Pipe()
	go func() {
		defer cancel()
		w.CloseWithError(write(ctx, w))
	}()
	return &pipeReader{r, cancel}
}

type pipeReader struct {
	*io.PipeReader
	cancel context.CancelFunc
}

func (p *pipeReader) Close() error {
	p.cancel()
	return p.PipeReader.Close()
}

// checked gives the last bytes only if all are right, so that nothing wrong is
// ever sent whole.
type checked struct {
	io.ReadCloser
	layer    *Layer
	digester *digester
	n        int64
	err      error
}

func (c *checked) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.ReadCloser.Read(p)
	_, _ = c.digester.Write(p[:n])
	c.n += int64(n)
	switch l := c.layer; {
	case c.n > l.Size:
		c.err = l.because(&SizeError{Wanted: l.Size, Got: c.n, More: true, From: "the layer's bytes"})
	case c.n == l.Size:
		if got := c.digester.digest(); got != l.Digest {
			c.err = l.because(&DigestMismatchError{Wanted: l.Digest, Got: got, From: "the layer's bytes"})
		}
	case err == io.EOF:
		c.err = l.because(&SizeError{Wanted: l.Size, Got: c.n, From: "the layer's bytes"})
	}
	switch {
	case c.err != nil:
		return 0, c.err
	case err != nil && err != io.EOF:
		return n, c.layer.because(err)
	}
	return n, err
}

// blobLayer is a Layer as go-containerregistry pushes it.
type blobLayer struct {
	ctx   context.Context
	layer *Layer
}

func (b *blobLayer) Digest() (v1.Hash, error) { return b.layer.Digest, nil }
func (b *blobLayer) DiffID() (v1.Hash, error) { return b.layer.DiffID, nil }
func (b *blobLayer) Size() (int64, error)     { return b.layer.Size, nil }

func (b *blobLayer) MediaType() (types.MediaType, error) {
	return types.MediaType(b.layer.MediaType), nil
}

func (b *blobLayer) Compressed() (io.ReadCloser, error) { return b.layer.open(b.ctx) }

func (b *blobLayer) Uncompressed() (io.ReadCloser, error) {
	return nil, errors.New("a layer that is pushed is not read uncompressed")
}
