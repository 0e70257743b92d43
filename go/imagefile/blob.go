package imagefile

import (
	"context"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/baseimage"
	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/compress"
)

// BlobsAtOnce is how many blobs of a kind can be made at once in 64 MiB of
// memory: a window of zstd takes a third of that.
func BlobsAtOnce(k compress.Kind) int {
	if k == compress.Zstd {
		return 2
	}
	return 4
}

// storedLayers is a BaseLayers that may have layers as they are in a registry.
type storedLayers interface {
	// storedLayer is the layer i where it is held as a blob, else nil.
	storedLayer(i int) (*baseimage.Layer, error)
}

// storedLayer is the layer n where the base image holds it as a blob, as an OCI
// layout does, else nil.
func (i *Image) storedLayer(n int) (*baseimage.Layer, error) {
	if s, ok := i.Base.(storedLayers); ok && n < i.base() {
		return s.storedLayer(n)
	}
	return nil, nil
}

// StoredBlob describes the blob of the layer n, counted from 0 at the bottom,
// where the base image holds it as a blob, which it does if it is an OCI
// layout. Nothing of it is read.
func (i *Image) StoredBlob(n int) (d blob.Descriptor, ok bool, err error) {
	l, err := i.storedLayer(n)
	if err == nil && l != nil {
		d, err = blob.Stored(l)
	}
	return d, l != nil && err == nil, i.explain(n, err)
}

// CompressLayer writes the layer n, compressed, to w, and describes what it
// wrote. With io.Discard as w it only finds the descriptor, which takes as
// long. Equal layers give equal bytes.
func (i *Image) CompressLayer(ctx context.Context, n int, k compress.Kind, w io.Writer) (blob.Descriptor, error) {
	d, err := blob.Write(w, k, func(tar io.Writer) (string, error) {
		return i.Layers[n].DiffID, i.Archive().Layers[n].WriteChecked(ctx, tar)
	})
	return d, i.explain(n, err)
}

// OpenBlob gives the bytes of the layer n's blob d: as the base image holds
// them, where it holds these, otherwise made again. That they are those of d is
// for the caller to check: d may be of another release of this program.
func (i *Image) OpenBlob(ctx context.Context, n int, d blob.Descriptor) (io.ReadCloser, error) {
	l, err := i.storedLayer(n)
	if err != nil {
		return nil, i.explain(n, err)
	}
	if l != nil && l.Blob.Digest == d.Digest {
		r, err := l.Blob.Open()
		return r, i.explain(n, err)
	}
	k, err := d.Compression()
	if err != nil {
		return nil, i.explain(n, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	r, w := io.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer cancel()
		_, err := i.CompressLayer(ctx, n, k, w)
		w.CloseWithError(err)
	}()
	return &blobReader{r, cancel, ended}, nil
}

// blobReader ends the compression when it is closed.
type blobReader struct {
	*io.PipeReader
	cancel context.CancelFunc
	ended  chan struct{}
}

func (b *blobReader) Close() error {
	b.cancel()
	err := b.PipeReader.Close()
	<-b.ended
	return err
}

func (i *Image) explain(n int, err error) error {
	if err != nil {
		err = fmt.Errorf("layer %d of %d (%s): %w", n+1, len(i.Layers), describe(i.Layers[n]), err)
	}
	return err
}
