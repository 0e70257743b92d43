package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// manifest is an image's manifest or an index (OCI image specification, "Image
// Manifest" and "Image Index"; Docker's "Image Manifest Version 2, Schema 2").
type manifest struct {
	descriptor v1.Descriptor
	data       []byte

	SchemaVersion int             `json:"schemaVersion"`
	MediaType     types.MediaType `json:"mediaType"`
	Config        v1.Descriptor   `json:"config"`
	Layers        []v1.Descriptor `json:"layers"`
	Manifests     []v1.Descriptor `json:"manifests"`
}

func (m *manifest) isIndex() bool { return m.descriptor.MediaType.IsIndex() }

func (s *session) fetchManifest(ctx context.Context, ref name.Reference) (*manifest, error) {
	got, err := s.puller.Get(ctx, ref)
	if err != nil {
		return nil, err
	}
	m, err := parseManifest(got.Manifest, string(got.MediaType))
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", got.Digest, err)
	}
	m.descriptor = v1.Descriptor{MediaType: m.MediaType, Digest: got.Digest, Size: int64(len(got.Manifest))}
	return m, nil
}

// parseManifest reads a manifest that came with a Content-Type.
func parseManifest(data []byte, contentType string) (*manifest, error) {
	if mediaType, _, err := mime.ParseMediaType(contentType); err == nil {
		contentType = mediaType
	}
	if err := checkDigests(data); err != nil {
		return nil, err
	}
	m := &manifest{data: data}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("it is not a manifest: %w", err)
	}
	switch {
	case m.SchemaVersion == 1 || types.MediaType(contentType).IsSchema1() || m.MediaType.IsSchema1():
		return nil, fmt.Errorf("unsupported (schema 1): push the image again with a tool of today")
	case m.SchemaVersion != 2:
		return nil, fmt.Errorf("its schemaVersion is %d, want 2", m.SchemaVersion)
	case m.MediaType == "":
		m.MediaType = types.MediaType(contentType)
	case contentType != "" && string(m.MediaType) != contentType:
		return nil, fmt.Errorf("its mediaType is %q, and the registry's Content-Type is %q", m.MediaType, contentType)
	}
	if !m.MediaType.IsIndex() && !m.MediaType.IsImage() {
		return nil, fmt.Errorf("its mediaType %q is of neither an image nor an index", m.MediaType)
	}
	if m.MediaType.IsImage() && m.Config.Digest == (v1.Hash{}) {
		return nil, fmt.Errorf("it has no config")
	}
	for _, list := range [][]v1.Descriptor{{m.Config}, m.Layers, m.Manifests} {
		for _, d := range list {
			if d.Size < 0 {
				return nil, fmt.Errorf("the size of %s is %d", d.Digest, d.Size)
			}
		}
	}
	return m, nil
}

// checkDigests finds descriptors without a digest, and digests that cannot be
// checked.
func checkDigests(data []byte) error {
	type descriptor struct {
		Digest *string `json:"digest"`
	}
	var all struct {
		Config            *descriptor
		Layers, Manifests []descriptor
	}
	if json.Unmarshal(data, &all) != nil {
		return nil // The caller says what is wrong.
	}
	check := func(field string, d descriptor) error {
		if d.Digest == nil {
			return fmt.Errorf("%s has no digest", field)
		}
		if _, err := parseDigest(*d.Digest); err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
		return nil
	}
	if all.Config != nil {
		if err := check("config", *all.Config); err != nil {
			return err
		}
	}
	for i, d := range all.Layers {
		if err := check(fmt.Sprintf("layers[%d]", i), d); err != nil {
			return err
		}
	}
	for i, d := range all.Manifests {
		if err := check(fmt.Sprintf("manifests[%d]", i), d); err != nil {
			return err
		}
	}
	return nil
}

// parseConfig reads of an image's config (OCI image specification, "Image
// Configuration") what it runs on, and wants what no image can be without.
func parseConfig(data []byte, layers int) (Platform, error) {
	var config struct {
		Platform
		RootFS *struct {
			DiffIDs []string `json:"diff_ids"`
		} `json:"rootfs"`
	}
	if err := json.Unmarshal(data, &config); err != nil {
		return Platform{}, fmt.Errorf("it is not the JSON of an image's config: %w", err)
	}
	switch {
	case config.OS == "":
		return Platform{}, fmt.Errorf("it has no os")
	case config.Architecture == "":
		return Platform{}, fmt.Errorf("it has no architecture")
	case config.RootFS == nil:
		return Platform{}, fmt.Errorf("it has no rootfs")
	case len(config.RootFS.DiffIDs) != layers:
		return Platform{}, fmt.Errorf("its rootfs has %d diff_ids, the manifest has %d layers", len(config.RootFS.DiffIDs), layers)
	}
	for _, id := range config.RootFS.DiffIDs {
		if _, err := parseDigest(id); err != nil {
			return Platform{}, fmt.Errorf("rootfs: %w", err)
		}
	}
	return config.Platform, nil
}
