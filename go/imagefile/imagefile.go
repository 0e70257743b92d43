// Package imagefile reads the description of an image that Bazel puts beside
// the image's programs, NAME.image.json, and makes the image's layers from the
// files that it names.
package imagefile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/layer"
)

// Parts are what an image is made of.
type Parts struct {
	// Name is the repository part of the image's name, Tag what follows the
	// colon.
	Name, Tag string
	// Config is the image's config; its SHA-256 is the image ID.
	Config []byte
	// Manifest is the manifest that the image came with from a registry, nil if
	// it did not come from one.
	Manifest []byte
	// Layers are all layers, bottom layer first; those of the base come first.
	Layers []image.Layer
	// Options are those of the store layers and the whiteouts.
	Options layer.Options
	// Customisation is the file with the tar of the top layer.
	Customisation string
	// Objects opens the objects of the store layers.
	Objects image.Objects
	// Base writes the layers of the base, nil if there is none.
	Base BaseLayers
	// Compression is how registries get the layers, none of which is stored as
	// a blob already.
	Compression compress.Kind

	// topLayer opens the tar of the top layer of a lazy image, in place of the
	// file Customisation.
	topLayer func(context.Context) (io.ReadCloser, error)
}

// BaseLayers writes the layers of an image to build on.
type BaseLayers interface {
	// WriteLayer writes the uncompressed tar of the layer i, counted from 0 at
	// the bottom, to w.
	WriteLayer(ctx context.Context, i int, w io.Writer) error
}

// Image is an image whose layers are made when they are asked for.
type Image struct {
	Parts
	// retimed says that the customisation layer gets the options' time in
	// place of the one that it has.
	retimed bool
	// more are names of the image besides Ref.
	more []string
}

// New checks that the parts go together. It opens no object.
func New(p Parts) (*Image, error) {
	if err := checkLayers(p.Layers); err != nil {
		return nil, err
	}
	img := &Image{Parts: p}
	if img.base() > 0 && p.Base == nil {
		return nil, fmt.Errorf("it has %d layers of a base image, and nothing to make them of", img.base())
	}
	if err := checkConfig(p.Config, img.DiffIDs()); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return img, nil
}

// order is how the kinds of layers lie on one another.
var order = []string{image.BaseLayer, image.WhiteoutLayer, image.StoreLayer, image.CustomisationLayer}

func checkLayers(layers []image.Layer) error {
	last := 0
	for n, l := range layers {
		at := slices.Index(order, l.Kind)
		switch {
		case at < 0:
			return fmt.Errorf("layer %d has the unknown kind %q", n+1, l.Kind)
		case at < last:
			return fmt.Errorf("layer %d is of the kind %s and lies on one of the kind %s", n+1, l.Kind, order[last])
		}
		last = at
	}
	return nil
}

// checkConfig makes sure that a config is one, of an image with these layers.
func checkConfig(data []byte, diffIDs []string) error {
	var config struct {
		OS     string `json:"os"`
		RootFS *struct {
			DiffIDs []string `json:"diff_ids"`
		} `json:"rootfs"`
	}
	switch err := json.Unmarshal(data, &config); {
	case err != nil:
		return fmt.Errorf("not an image's config: %w", err)
	case config.OS == "":
		return errors.New(`not an image's config: no "os"`)
	case config.RootFS == nil:
		return errors.New(`not an image's config: no "rootfs"`)
	case !slices.Equal(config.RootFS.DiffIDs, diffIDs):
		return fmt.Errorf("it has %d diff IDs which are not those of the image's %d layers: build the image again",
			len(config.RootFS.DiffIDs), len(diffIDs))
	}
	return nil
}

// Close frees what is open of the base.
func (i *Image) Close() error {
	if c, ok := i.Base.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// Ref is the image's name and tag, "hello:latest".
func (i *Image) Ref() string { return i.Name + ":" + i.Tag }

// Refs are all names of the image with their tags, Ref first.
func (i *Image) Refs() []string { return append([]string{i.Ref()}, i.more...) }

// DiffIDs are the digests of the uncompressed layers, bottom layer first.
func (i *Image) DiffIDs() []string { return diffIDs(i.Layers) }

func diffIDs(layers []image.Layer) []string {
	ids := make([]string, len(layers))
	for n, l := range layers {
		ids[n] = l.DiffID
	}
	return ids
}

// base is the number of the base's layers.
func (i *Image) base() int {
	n := 0
	for n < len(i.Layers) && i.Layers[n].Kind == image.BaseLayer {
		n++
	}
	return n
}

// Archive is the image as what package archive writes.
func (i *Image) Archive() archive.Image {
	a := archive.Image{Config: i.Config, RepoTags: i.Refs()}
	for n, l := range i.Layers {
		a.Layers = append(a.Layers, archive.Layer{
			DiffID:   l.DiffID,
			Size:     l.Size,
			Describe: describe(l),
			Write:    func(ctx context.Context, w io.Writer) error { return i.WriteLayer(ctx, n, w) },
		})
	}
	return a
}

// WriteArchive writes the image to w as a docker archive, whose members have
// the time of the image's files, as those of dockerTools have.
func (i *Image) WriteArchive(ctx context.Context, w io.Writer, opts ...archive.Option) error {
	modTime := archive.WithModTime(time.Unix(i.Options.MTime, 0))
	return archive.Write(ctx, w, i.Archive(), append([]archive.Option{modTime}, opts...)...)
}

func describe(l image.Layer) string {
	switch {
	case l.Kind == image.BaseLayer:
		return "base image"
	case l.Kind == image.WhiteoutLayer:
		return fmt.Sprintf("removal of %d objects of the base image", len(l.StorePaths))
	case l.Kind == image.CustomisationLayer && len(l.StorePaths) > 0:
		return fmt.Sprintf("all files and %d store objects", len(l.StorePaths))
	case l.Kind == image.CustomisationLayer:
		return "links to the contents"
	case len(l.StorePaths) == 0:
		return "no objects"
	case len(l.StorePaths) == 1:
		return l.StorePaths[0].Name()
	default:
		return fmt.Sprintf("%s and %d more", l.StorePaths[0].Name(), len(l.StorePaths)-1)
	}
}

// WriteLayer writes the uncompressed tar of the layer n, counted from 0 at the
// bottom, to w. That it is the one that the diff ID names is for the caller to
// check, as archive.Layer does.
func (i *Image) WriteLayer(ctx context.Context, n int, w io.Writer) error {
	l := i.Layers[n]
	switch l.Kind {
	case image.BaseLayer:
		return i.Base.WriteLayer(ctx, n, w)
	case image.CustomisationLayer:
		return i.writeCustomisation(ctx, w)
	}
	o := i.Options
	o.Unhashed = true
	_, err := i.writeObjects(ctx, w, l, o)
	return err
}

// writeObjects writes a layer of store objects, or of whiteouts of them.
func (i *Image) writeObjects(ctx context.Context, w io.Writer, l image.Layer, o layer.Options) (layer.Metadata, error) {
	if l.Kind == image.WhiteoutLayer {
		return layer.WriteWhiteouts(w, o.StoreDir, l.WhiteoutNames(), o.MTime)
	}
	return image.WriteStoreLayer(w, l.StorePaths, i.objects(ctx), o)
}

func (i *Image) writeCustomisation(ctx context.Context, w io.Writer) error {
	f, err := i.openTopLayer(ctx)
	if err != nil {
		return err
	}
	defer f.Close()
	if i.retimed {
		return retime(w, f, i.Options.MTime)
	}
	_, err = io.Copy(w, f)
	return err
}
