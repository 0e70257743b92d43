package ocilayout

import (
	"bytes"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/outdir"
)

// NamedIndex is an image index that a layout holds with all its images.
type NamedIndex struct {
	// Index is stored byte for byte.
	Index []byte
	// Blobs opens the manifests, the configs and the layers' blobs.
	Blobs Blobs
	// Name is the name without tag, "hello" or "ghcr.io/me/hello".
	Name string
	// Tag is what follows the colon.
	Tag string
}

// WriteIndex writes the layout of an image index to an empty directory: every
// blob once, also where several images have it, and checked against its
// descriptor. The layout's index.json has one entry, the image index, which has
// the name and the tag.
func WriteIndex(dir *outdir.Dir, n NamedIndex) error {
	name, err := fullName(n.Name, n.Tag)
	if err != nil {
		return err
	}
	x, err := ParseIndex(n.Index)
	if err != nil {
		return err
	}
	w := blobWriter{dir: dir, blobs: n.Blobs, written: map[string]bool{}, buffer: make([]byte, copySize)}
	for _, d := range x.Manifests {
		if err := w.writeImage(d); err != nil {
			return fmt.Errorf("image for %s, %s: %w", platformOf(d), d.Digest, err)
		}
	}
	index := descriptorOf(IndexMediaType, n.Index)
	if err := dir.WriteBytes(blobName(index.Digest), n.Index); err != nil {
		return err
	}
	index.Annotations = map[string]string{refNameAnnotation: n.Tag, imageNameAnnotation: name}
	for _, file := range []struct {
		name    string
		content any
	}{
		{"index.json", Index{SchemaVersion: schemaVersion, MediaType: IndexMediaType, Manifests: []Descriptor{index}}},
		{"oci-layout", map[string]string{"imageLayoutVersion": "1.0.0"}},
	} {
		data, err := jsonfile.Marshal(file.content)
		if err != nil {
			return err
		}
		if err := dir.WriteBytes(file.name, data); err != nil {
			return err
		}
	}
	return nil
}

// platformOf is the platform of an index's entry, for messages.
func platformOf(d Descriptor) string {
	if d.Platform == nil {
		return "no platform"
	}
	return d.Platform.String()
}

// blobWriter writes the blobs of several images, each of them once.
type blobWriter struct {
	dir     *outdir.Dir
	blobs   Blobs
	written map[string]bool
	buffer  []byte
}

// writeImage writes a manifest and all that it names.
func (w *blobWriter) writeImage(d Descriptor) error {
	var data bytes.Buffer
	if err := copyBlob(&data, d, w.blobs, w.buffer); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	m, err := parseAnyManifest(data.Bytes())
	if err != nil {
		return err
	}
	for i, l := range m.Layers {
		if err := w.write(l); err != nil {
			return fmt.Errorf("blob of layer %d of %d, %s: %w", i+1, len(m.Layers), l.Digest, err)
		}
	}
	if err := w.write(m.Config); err != nil {
		return fmt.Errorf("config %s: %w", m.Config.Digest, err)
	}
	return w.write(d)
}

func (w *blobWriter) write(d Descriptor) error {
	if w.written[d.Digest] {
		return nil
	}
	w.written[d.Digest] = true
	return w.dir.Write(blobName(d.Digest), func(out io.Writer) error { return copyBlob(out, d, w.blobs, w.buffer) })
}
