package ocilayout

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// dockerManifestMediaType is that of the manifests that Docker's own tools
// write: images that were pulled may have them.
const dockerManifestMediaType = "application/vnd.docker.distribution.manifest.v2+json"

// Index is the content of an image index: one name for images of several
// platforms (OCI image specification v1.1, "Image Index").
type Index struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     string            `json:"mediaType"`
	Manifests     []Descriptor      `json:"manifests"`
	Annotations   map[string]string `json:"annotations,omitempty"`
}

// Member is an image of an index.
type Member struct {
	// Label says which image it is, for messages.
	Label string
	// Manifest and Config are the image's, byte for byte.
	Manifest, Config []byte
}

// NewIndex is the index of these images, in their order, each with the platform
// that its config has. It is an error if there is no image, if two are for the
// same platform, since nothing could tell which to take, or if one is not an
// image. Annotations may be nil.
func NewIndex(members []Member, annotations map[string]string) (*Index, error) {
	if len(members) == 0 {
		return nil, errors.New("there is no image in it: give at least one")
	}
	x := &Index{SchemaVersion: schemaVersion, MediaType: IndexMediaType, Annotations: annotations}
	labels := map[Platform]string{}
	for _, m := range members {
		d, err := m.descriptor()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Label, err)
		}
		p := d.Platform.usual()
		if other, ok := labels[p]; ok {
			return nil, fmt.Errorf("%s and %s are both for %s: an index has one image for each platform: leave one of them out, or build it for another platform",
				other, m.Label, d.Platform)
		}
		labels[p] = m.Label
		x.Manifests = append(x.Manifests, d)
	}
	return x, nil
}

// descriptor describes the image as an index does.
func (m Member) descriptor() (Descriptor, error) {
	manifest, err := parseAnyManifest(m.Manifest)
	if err != nil {
		return Descriptor{}, err
	}
	c, err := parseConfig(m.Config)
	if err != nil {
		return Descriptor{}, err
	}
	if got := Digest(m.Config); got != manifest.Config.Digest {
		return Descriptor{}, fmt.Errorf("its manifest is for the config %s, not for %s, which was given", manifest.Config.Digest, got)
	}
	d := descriptorOf(manifest.MediaType, m.Manifest)
	d.Platform = &c.Platform
	return d, nil
}

// Encode is the index as it is stored; its SHA-256 is the digest of the index.
func (x *Index) Encode() ([]byte, error) { return jsonfile.Marshal(x) }

// ParseIndex reads what Encode writes.
func ParseIndex(data []byte) (*Index, error) {
	var x Index
	if err := jsonfile.Decode(data, &x); err != nil {
		return nil, fmt.Errorf("not an image index: %w", err)
	}
	if x.SchemaVersion != schemaVersion || x.MediaType != IndexMediaType {
		return nil, fmt.Errorf(`not an image index: "schemaVersion" is %d and "mediaType" is %q, want %d and %q`,
			x.SchemaVersion, x.MediaType, schemaVersion, IndexMediaType)
	}
	for _, d := range x.Manifests {
		if _, err := blob.ParseDigest(d.Digest); err != nil {
			return nil, fmt.Errorf("image index: %w", err)
		}
	}
	return &x, nil
}

// anyManifest is what matters of the manifest of an image that others may have
// made: it may have fields that ours have not.
type anyManifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        Descriptor   `json:"config"`
	Layers        []Descriptor `json:"layers"`
}

// parseAnyManifest reads a manifest of an image. Its media type is set, which
// the specification does not require.
func parseAnyManifest(data []byte) (*anyManifest, error) {
	var m anyManifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("not an image manifest: %w", err)
	}
	if m.MediaType == "" {
		m.MediaType = ManifestMediaType
	}
	if m.SchemaVersion != schemaVersion || m.MediaType != ManifestMediaType && m.MediaType != dockerManifestMediaType {
		return nil, fmt.Errorf(`not an image manifest: "schemaVersion" is %d and "mediaType" is %q, want %d and %q`,
			m.SchemaVersion, m.MediaType, schemaVersion, ManifestMediaType)
	}
	for _, d := range append([]Descriptor{m.Config}, m.Layers...) {
		if _, err := blob.ParseDigest(d.Digest); err != nil {
			return nil, fmt.Errorf("image manifest: %w", err)
		}
	}
	return &m, nil
}
