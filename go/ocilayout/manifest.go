// Package ocilayout writes the manifest of an image and its OCI layout, the
// directory that tools for registries read (OCI image specification v1.1,
// "Image Manifest", "Image Index" and "Image Layout").
//
// All JSON is encoded by package jsonfile: equal images give equal bytes.
package ocilayout

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// The media types of what is JSON.
const (
	ConfigMediaType   = "application/vnd.oci.image.config.v1+json"
	ManifestMediaType = "application/vnd.oci.image.manifest.v1+json"
	IndexMediaType    = "application/vnd.oci.image.index.v1+json"
)

const schemaVersion = 2

// Manifest is the content of an image manifest.
type Manifest struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     string            `json:"mediaType"`
	Config        Descriptor        `json:"config"`
	Layers        []Descriptor      `json:"layers"`
	Annotations   map[string]string `json:"annotations,omitempty"`
}

// Descriptor points from one JSON file to another file.
type Descriptor struct {
	MediaType string `json:"mediaType"`
	// Digest is "sha256:" and 64 lower-case hexadecimal digits.
	Digest string `json:"digest"`
	// Size is in bytes.
	Size        int64             `json:"size"`
	Platform    *Platform         `json:"platform,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// NewManifest is the manifest of an image with these layers, bottom layer
// first, whose blobs are found among blobs by their diff IDs: of several with
// the same one, the first is taken. Annotations may be nil.
func NewManifest(layers []image.Layer, config []byte, blobs []blob.Descriptor, annotations map[string]string) (*Manifest, error) {
	c, err := parseConfig(config)
	if err != nil {
		return nil, err
	}
	byDiffID := map[string]blob.Descriptor{}
	for _, b := range blobs {
		if _, ok := byDiffID[b.DiffID]; !ok {
			byDiffID[b.DiffID] = b
		}
	}
	m := &Manifest{
		SchemaVersion: schemaVersion,
		MediaType:     ManifestMediaType,
		Config:        descriptorOf(ConfigMediaType, config),
		Layers:        []Descriptor{},
		Annotations:   annotations,
	}
	var diffIDs []string
	for i, l := range layers {
		b, ok := byDiffID[l.DiffID]
		if !ok {
			return nil, fmt.Errorf("layer %d of %d (%s): no descriptor of a blob has its diff ID, %s: make the blob, or give its descriptor",
				i+1, len(layers), describe(l), l.DiffID)
		}
		m.Layers = append(m.Layers, Descriptor{MediaType: b.MediaType, Digest: b.Digest, Size: b.Size})
		diffIDs = append(diffIDs, l.DiffID)
	}
	if !slices.Equal(diffIDs, c.RootFS.DiffIDs) {
		return nil, fmt.Errorf("the config has %d diff IDs that are not those of the %d layers: it is another image's", len(c.RootFS.DiffIDs), len(layers))
	}
	return m, nil
}

// describe says in a few words which layer it is.
func describe(l image.Layer) string {
	switch len(l.StorePaths) {
	case 0:
		return l.Kind
	case 1:
		return string(l.StorePaths[0])
	default:
		return fmt.Sprintf("%s and %d more", l.StorePaths[0], len(l.StorePaths)-1)
	}
}

// Encode is the manifest as it is stored; its SHA-256 is the digest of the
// image.
func (m *Manifest) Encode() ([]byte, error) { return jsonfile.Marshal(m) }

// Digest is the digest of data, "sha256:" and 64 hexadecimal digits.
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return digestPrefix + hex.EncodeToString(sum[:])
}

const digestPrefix = "sha256:"

func descriptorOf(mediaType string, data []byte) Descriptor {
	return Descriptor{MediaType: mediaType, Digest: Digest(data), Size: int64(len(data))}
}

// ParseManifest reads what Encode writes.
func ParseManifest(data []byte) (*Manifest, error) {
	var m Manifest
	if err := jsonfile.Decode(data, &m); err != nil {
		return nil, fmt.Errorf("not an image manifest: %w", err)
	}
	if m.SchemaVersion != schemaVersion || m.MediaType != ManifestMediaType {
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

// blobName is where a layout has a blob.
func blobName(digest string) string {
	return "blobs/sha256/" + strings.TrimPrefix(digest, digestPrefix)
}
