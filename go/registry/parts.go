package registry

import (
	"fmt"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Parts are what an image consists of, to be pushed.
type Parts struct {
	// MediaType is that of the manifest; empty: as the manifest says.
	MediaType string
	// Manifest and Config are pushed verbatim.
	Manifest []byte
	Config   []byte
	// ConfigFrom are repositories that may have the config, as Layer.From are.
	ConfigFrom []name.Repository
	// Layers are those of the manifest, in its order.
	Layers []Layer
}

// IndexParts are what an image index consists of, to be pushed.
type IndexParts struct {
	// MediaType is that of the index; empty: as the index says.
	MediaType string
	// Manifest is pushed verbatim.
	Manifest []byte
	// Images are those that the index names, in any order.
	Images []Parts
}

// document is a manifest or an index that is put into a registry.
type document struct {
	digest    v1.Hash
	mediaType types.MediaType
	data      []byte
}

// RawManifest and MediaType are for go-containerregistry.
func (d *document) RawManifest() ([]byte, error)        { return d.data, nil }
func (d *document) MediaType() (types.MediaType, error) { return d.mediaType, nil }

// checkedParts is an image whose parts fit together.
type checkedParts struct {
	document
	blobs []*Layer // the layers, and at last the config
}

func (p *Parts) check() (*checkedParts, error) {
	m, err := parseManifest(p.Manifest, p.MediaType)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	if m.isIndexType() {
		return nil, fmt.Errorf("manifest: its mediaType %q is of an index", m.MediaType)
	}
	c := &checkedParts{document: newDocument(p.Manifest, m.MediaType)}
	if len(m.Layers) != len(p.Layers) {
		return nil, fmt.Errorf("the manifest has %d layers, there are %d", len(m.Layers), len(p.Layers))
	}
	for i := range p.Layers {
		l, d := &p.Layers[i], m.Layers[i]
		if l.Digest != d.Digest || l.Size != d.Size {
			return nil, fmt.Errorf("layer %d is %s of %d bytes, in the manifest it is %s of %d", i, l.Digest, l.Size, d.Digest, d.Size)
		}
		c.blobs = append(c.blobs, l)
	}
	config, err := configLayer(m.Config, p.Config)
	if err != nil {
		return nil, err
	}
	config.From = p.ConfigFrom
	c.blobs = append(c.blobs, config)
	return c, nil
}

func (m *manifest) isIndexType() bool { return m.MediaType.IsIndex() }

func newDocument(data []byte, mediaType types.MediaType) document {
	return document{digestOf(data, v1.Hash{Algorithm: "sha256"}), mediaType, data}
}

func (x *IndexParts) check() (*document, []*checkedParts, error) {
	m, err := parseManifest(x.Manifest, x.MediaType)
	if err != nil {
		return nil, nil, fmt.Errorf("index: %w", err)
	}
	if !m.isIndexType() {
		return nil, nil, fmt.Errorf("index: its mediaType %q is of an image", m.MediaType)
	}
	var images []*checkedParts
	for i := range x.Images {
		c, err := x.Images[i].check()
		if err != nil {
			return nil, nil, fmt.Errorf("image %d: %w", i, err)
		}
		images = append(images, c)
	}
	for _, d := range m.Manifests {
		if !slices.ContainsFunc(images, func(c *checkedParts) bool { return c.digest == d.Digest && int64(len(c.data)) == d.Size }) {
			return nil, nil, fmt.Errorf("index: the image %s of %d bytes is not among those to push", d.Digest, d.Size)
		}
	}
	index := newDocument(x.Manifest, m.MediaType)
	return &index, images, nil
}

// sources are the repositories that blobs may be mounted from.
func sources(images []*checkedParts) []name.Repository {
	var all []name.Repository
	for _, c := range images {
		for _, l := range c.blobs {
			for _, r := range l.From {
				if !slices.ContainsFunc(all, func(other name.Repository) bool { return other.Name() == r.Name() }) {
					all = append(all, r)
				}
			}
		}
	}
	return all
}
