package imagefile

import (
	"errors"
	"fmt"

	"github.com/rules-strata/rules_strata/go/image"
)

// Origin is the repository of a registry that an image was pulled from. Its
// layers are there as blobs.
type Origin struct {
	// Repository is REGISTRY/REPOSITORY; the registry docker.io is Docker Hub.
	Repository string `json:"repository"`
	// PlainHTTP says that the registry is asked without TLS.
	PlainHTTP bool `json:"plain_http"`
}

// Origin is where the image was pulled from as it is: nil for an image that
// was built, whatever it is built on.
func (i *Image) Origin() *Origin {
	if b, ok := i.Base.(*base); ok && i.Manifest != nil {
		return b.origin
	}
	return nil
}

// IsRemote says that the layers are at the origin and not here: the image can
// be pushed, and nothing else.
func (i *Image) IsRemote() bool {
	b, ok := i.Base.(*base)
	return ok && b.open == nil
}

// LayerOrigin is where the layer n, counted from 0 at the bottom, was pulled
// from, nil if it was not. No layer is read.
func (i *Image) LayerOrigin(n int) (*Origin, error) {
	b, ok := i.Base.(*base)
	if !ok || i.Layers[n].Kind != image.BaseLayer {
		return nil, nil
	}
	o, err := b.layerOrigin(n)
	return o, i.explain(n, err)
}

// layerOrigin asks the image below, if this one has no origin of its own.
func (b *base) layerOrigin(i int) (*Origin, error) {
	if !b.isImage {
		return b.origin, nil
	}
	opened, err := b.layer(i)
	if err != nil {
		return nil, err
	}
	return opened.origin(i)
}

func (d *baseDescription) check() error {
	switch {
	case d.isImage() && (d.Archive != "" || d.Origin != nil):
		return errors.New(`"base": "image" goes with neither "archive" nor "origin"`)
	case !d.isImage() && d.Archive == "" && d.Origin == nil:
		return errors.New(`"base": want "image", "archive" or "origin"`)
	case d.Origin != nil && d.Origin.Repository == "":
		return errors.New(`"base": "origin": no "repository"`)
	}
	return nil
}

// isImage says that the base is an image of ours.
func (d *baseDescription) isImage() bool { return d.Image != "" || d.records != nil }

// isRemote says that the layers are at the origin alone.
func (d *baseDescription) isRemote() bool { return !d.isImage() && d.Archive == "" }

// errRemote is for what would need the bytes of a layer.
func errRemote(o *Origin) error {
	return fmt.Errorf("they are in %s and not here: run the image itself, for which Bazel downloads them", o.Repository)
}
