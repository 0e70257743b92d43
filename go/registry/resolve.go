package registry

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// maxDepth is how deep indexes may be nested in each other.
const maxDepth = 4

// maxConfig is the size of an image's config in bytes; larger ones are refused.
const maxConfig = 16 << 20

// Image is what a registry says of one image.
type Image struct {
	// Descriptor is of the image's own manifest.
	Descriptor v1.Descriptor
	// Manifest and Config are verbatim.
	Manifest []byte
	Config   []byte
	// Layers are those of the manifest, from the lowest on.
	Layers []v1.Descriptor
	// Platform is that of the config.
	Platform Platform
	// Index is the descriptor of the index that the reference names, if it
	// names one, and Platforms are the images in it.
	Index     *v1.Descriptor
	Platforms []Platform
	// PlainHTTP says that it came without TLS.
	PlainHTTP bool

	repository name.Repository
}

// Resolve fetches the manifest and the config of an image, and nothing else.
// want chooses among the images of an index; a reference that names an image
// names it whatever its platform is.
func (c *Client) Resolve(ctx context.Context, ref name.Reference, want Platform) (*Image, error) {
	s, err := c.open(ctx, ref.Context(), transport.PullScope)
	if err != nil {
		return nil, err
	}
	img, err := s.resolve(ctx, ref, want)
	if err != nil {
		return nil, fmt.Errorf("registry: %s: %w", ref.Name(), s.explain(err))
	}
	return img, nil
}

func (s *session) resolve(ctx context.Context, ref name.Reference, want Platform) (*Image, error) {
	img := &Image{repository: s.repo}
	m, err := s.fetchManifest(ctx, ref)
	if err != nil {
		return nil, err
	}
	for depth := 0; m.isIndex(); depth++ {
		if depth == maxDepth {
			return nil, fmt.Errorf("indexes are nested deeper than the depth limit of %d", maxDepth)
		}
		if img.Index == nil {
			img.Index = &m.descriptor
		}
		if m, err = s.descend(ctx, img, m, want); err != nil {
			return nil, err
		}
	}
	img.Descriptor, img.Manifest, img.Layers = m.descriptor, m.data, m.Layers
	if img.Config, err = s.fetchConfig(ctx, m); err != nil {
		return nil, err
	}
	img.PlainHTTP = s.tokens.plain.Load()
	img.Platform, err = parseConfig(img.Config, len(img.Layers))
	if err != nil {
		return nil, fmt.Errorf("config %s: %w", m.Config.Digest, err)
	}
	return img, nil
}

// descend fetches the manifest of an index that is for a platform, or that is
// another index, where no other is.
func (s *session) descend(ctx context.Context, img *Image, index *manifest, want Platform) (*manifest, error) {
	var nested []v1.Descriptor
	for _, d := range index.Manifests {
		if p := platformOf(d.Platform); p.known() {
			img.Platforms = append(img.Platforms, p)
		} else if d.MediaType.IsIndex() {
			nested = append(nested, d)
		}
	}
	chosen, ok := choose(index.Manifests, want)
	switch {
	case !ok && len(nested) > 0:
		chosen = nested[0]
	case !ok && len(index.Manifests) == 1 && index.Manifests[0].Platform == nil:
		// The config says what it is for.
		chosen = index.Manifests[0]
	case !ok:
		return nil, &PlatformError{want, img.Platforms}
	}
	m, err := s.fetchManifest(ctx, s.repo.Digest(chosen.Digest.String()))
	switch {
	case err != nil:
		return nil, err
	case m.descriptor.Size != chosen.Size:
		return nil, &SizeError{Wanted: chosen.Size, Got: m.descriptor.Size, From: "manifest " + chosen.Digest.String()}
	case chosen.MediaType != "" && m.descriptor.MediaType != chosen.MediaType:
		return nil, fmt.Errorf("manifest %s: the index says that its mediaType is %q, it is %q", chosen.Digest, chosen.MediaType, m.descriptor.MediaType)
	}
	return m, nil
}

func (s *session) fetchConfig(ctx context.Context, m *manifest) ([]byte, error) {
	switch {
	case !m.Config.MediaType.IsConfig():
		return nil, fmt.Errorf("the manifest's config has the mediaType %q: it is not an image that runs", m.Config.MediaType)
	case m.Config.Size > maxConfig:
		return nil, fmt.Errorf("config %s: its size is %d bytes, at most %d are read", m.Config.Digest, m.Config.Size, maxConfig)
	}
	read := func() ([]byte, error) {
		r, err := s.blob(ctx, m.Config)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(r)
	}
	data, err := read()
	var wrong *DigestMismatchError
	if errors.As(err, &wrong) {
		data, err = read()
	}
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return data, nil
}
