package ocilayout

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// ReadMember reads the manifest and the config of the image in a layout that has
// no other. Label says which image it is, for messages.
func ReadMember(folder, label string) (Member, error) {
	m := Member{Label: label}
	fail := func(err error) (Member, error) { return m, fmt.Errorf("the layout %s: %w", folder, err) }
	data, err := os.ReadFile(filepath.Join(folder, "index.json"))
	if err != nil {
		return fail(err)
	}
	var entries index
	if err := json.Unmarshal(data, &entries); err != nil {
		return fail(fmt.Errorf("index.json: %w", err))
	}
	if n := len(entries.Manifests); n != 1 {
		return fail(fmt.Errorf("index.json: it names %d images, want one", n))
	}
	var blobs Files
	blobs.AddFolder(filepath.Join(folder, "blobs", "sha256"))
	if m.Manifest, err = readBlob(&blobs, entries.Manifests[0]); err != nil {
		return fail(fmt.Errorf("manifest: %w", err))
	}
	manifest, err := parseAnyManifest(m.Manifest)
	if err != nil {
		return fail(err)
	}
	if m.Config, err = readBlob(&blobs, manifest.Config); err != nil {
		return fail(fmt.Errorf("config: %w", err))
	}
	return m, nil
}

// readBlob reads a small blob whole, checked against its descriptor.
func readBlob(blobs Blobs, d Descriptor) ([]byte, error) {
	var data bytes.Buffer
	if err := copyBlob(&data, d, blobs, make([]byte, copySize)); err != nil {
		return nil, err
	}
	return data.Bytes(), nil
}
