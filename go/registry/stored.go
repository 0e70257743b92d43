package registry

import (
	"context"
	"fmt"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// Manifest is an image's manifest, or an index, as a registry has it.
type Manifest struct {
	Descriptor v1.Descriptor
	// Data is verbatim.
	Data []byte
	// Blobs are the layers of an image, from the lowest on, and its config.
	Blobs []v1.Descriptor
	// Manifests are those of an index.
	Manifests []v1.Descriptor
}

// Manifest fetches what a reference names, and nothing else: unlike Resolve, it
// stays with the index where that is what the reference names.
func (c *Client) Manifest(ctx context.Context, ref name.Reference) (*Manifest, error) {
	s, err := c.open(ctx, ref.Context(), transport.PullScope)
	if err != nil {
		return nil, err
	}
	m, err := s.fetchManifest(ctx, ref)
	if err != nil {
		return nil, fmt.Errorf("registry: %s: %w", ref.Name(), s.explain(err))
	}
	stored := &Manifest{Descriptor: m.descriptor, Data: m.data, Manifests: m.Manifests}
	if !m.isIndex() {
		stored.Blobs = append(append(stored.Blobs, m.Layers...), m.Config)
	}
	return stored, nil
}
