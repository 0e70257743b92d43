package imagefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"

	"github.com/rules-strata/rules_strata/go/baseimage"
	"github.com/rules-strata/rules_strata/go/image"
)

// base opens an image to build on when the first of its layers is asked for.
type base struct {
	// diffIDs are those that the layers must have.
	diffIDs []string
	// open is nil where the layers are at the origin alone.
	open func() (layers, error)
	// isImage says that the base is an image of ours, which knows the origins of
	// its layers; otherwise origin is that of all of them, nil if there is none.
	isImage bool
	origin  *Origin

	mu     sync.Mutex
	opened *layers
	err    error
}

// layers is an opened image to build on.
type layers struct {
	diffIDs []string
	write   func(ctx context.Context, i int, w io.Writer) error
	// stored is the layer i where it is held as a blob, else nil.
	stored func(i int) (*baseimage.Layer, error)
	// origin is where the layer i was pulled from, of an image of ours.
	origin func(i int) (*Origin, error)
	close  func() error
}

// open gives what writes the layers of the base of the image p, nil if there
// is none.
func (d *baseDescription) open(dir string, p Parts, opts []Option) BaseLayers {
	if d == nil {
		return nil
	}
	b := &base{isImage: d.isImage(), origin: d.Origin}
	for _, l := range p.Layers {
		if l.Kind == image.BaseLayer {
			b.diffIDs = append(b.diffIDs, l.DiffID)
		}
	}
	switch {
	case d.records != nil:
		b.open = func() (layers, error) { return layersOf(d.records.Open()) }
	case d.Image != "":
		b.open = func() (layers, error) {
			return layersOf(Open(filepath.Join(dir, filepath.FromSlash(d.Image)), dir, opts...))
		}
	case d.Archive != "":
		b.open = func() (layers, error) {
			return openArchive(filepath.Join(dir, filepath.FromSlash(d.Archive)), baseimage.Selection{
				Name: d.Name, Tag: d.Tag, Architecture: d.Architecture,
			})
		}
	}
	return b
}

// layersOf gives the layers of an image of ours that was opened, or not.
func layersOf(img *Image, err error) (layers, error) {
	if err != nil {
		return layers{}, err
	}
	return layers{diffIDs: img.DiffIDs(), write: img.WriteLayer, stored: img.storedLayer, origin: img.LayerOrigin, close: img.Close}, nil
}

func openArchive(name string, sel baseimage.Selection) (layers, error) {
	img, err := baseimage.Open(name, sel)
	if err != nil {
		return layers{}, err
	}
	opened := layers{close: img.Close, write: func(ctx context.Context, i int, w io.Writer) error { return img.Layers[i].Write(ctx, w) }}
	opened.stored = func(i int) (*baseimage.Layer, error) {
		if img.Layers[i].Blob == nil {
			return nil, nil
		}
		return &img.Layers[i], nil
	}
	for _, l := range img.Layers {
		opened.diffIDs = append(opened.diffIDs, l.DiffID)
	}
	return opened, nil
}

// WriteLayer is that of BaseLayers.
func (b *base) WriteLayer(ctx context.Context, i int, w io.Writer) error {
	opened, err := b.layer(i)
	if err != nil {
		return err
	}
	return opened.write(ctx, i, w)
}

// storedLayer is that of storedLayers.
func (b *base) storedLayer(i int) (*baseimage.Layer, error) {
	opened, err := b.layer(i)
	if err != nil {
		return nil, err
	}
	return opened.stored(i)
}

// layer opens the base, which must have the layer i.
func (b *base) layer(i int) (*layers, error) {
	opened, err := b.get()
	if err != nil {
		return nil, err
	}
	if i >= len(opened.diffIDs) || i >= len(b.diffIDs) || opened.diffIDs[i] != b.diffIDs[i] {
		return nil, errors.New("the base image is another one than when the image was built: build it again")
	}
	return opened, nil
}

func (b *base) get() (*layers, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == nil {
		return nil, errRemote(b.origin)
	}
	if b.opened == nil && b.err == nil {
		opened, err := b.open()
		if err != nil {
			b.err = fmt.Errorf("the base image cannot be read: %w", err)
		} else {
			b.opened = &opened
		}
	}
	return b.opened, b.err
}

// Close closes the base if it was opened.
func (b *base) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.opened == nil {
		return nil
	}
	err := b.opened.close()
	b.opened = nil
	return err
}
