package ocilayout

import (
	"encoding/json"
	"fmt"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// schema2 is the type of Docker's manifests, "Image Manifest Version 2, Schema
// 2".
const schema2 = "application/vnd.docker.distribution.manifest.v2+json"

// storedManifest is what is read of a manifest that another tool may have
// written.
type storedManifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        Descriptor   `json:"config"`
	Layers        []Descriptor `json:"layers"`
}

func parseStored(data []byte) (*storedManifest, error) {
	var m storedManifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("not an image manifest: %w", err)
	}
	if m.MediaType == "" {
		m.MediaType = ManifestMediaType // it need not be there
	}
	if m.SchemaVersion != schemaVersion || m.MediaType != ManifestMediaType && m.MediaType != schema2 || m.Config.Digest == "" {
		return nil, fmt.Errorf(`not an image manifest: "schemaVersion" is %d, "mediaType" is %q and the config's digest %q`,
			m.SchemaVersion, m.MediaType, m.Config.Digest)
	}
	return &m, nil
}

// ManifestBlobs describes the blobs of an image's layers as its manifest does,
// which may be of another tool, and Docker's. The manifest does not know the
// layers' diff IDs.
func ManifestBlobs(manifest []byte, layers []image.Layer) ([]blob.Descriptor, error) {
	m, err := parseStored(manifest)
	if err != nil {
		return nil, err
	}
	if len(layers) != len(m.Layers) {
		return nil, fmt.Errorf("the manifest has %d layers, the image %d: it is another image's", len(m.Layers), len(layers))
	}
	blobs := make([]blob.Descriptor, len(layers))
	for i, l := range layers {
		d := m.Layers[i]
		if _, err := blob.ParseDigest(d.Digest); err != nil {
			return nil, fmt.Errorf("layer %d of the manifest: %w", i+1, err)
		}
		mediaType, err := blob.LayerMediaType(d.MediaType)
		if err != nil {
			return nil, fmt.Errorf("layer %d of the manifest: %w", i+1, err)
		}
		blobs[i] = blob.Descriptor{DiffID: l.DiffID, Digest: d.Digest, MediaType: mediaType, Size: d.Size, Version: jsonfile.Version}
	}
	return blobs, nil
}
