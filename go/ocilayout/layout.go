package ocilayout

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/outdir"
)

// Image is what a layout holds.
type Image struct {
	// Manifest and Config are stored byte for byte.
	Manifest, Config []byte
	// Blobs opens the layers' blobs.
	Blobs Blobs
	// Name is the image's name without tag, "hello" or "ghcr.io/me/hello".
	Name string
	// Tag is what follows the colon.
	Tag string
}

// Blobs opens blobs by their digests, "sha256:…".
type Blobs interface {
	Open(digest string) (io.ReadCloser, error)
}

// Annotations that tools take an image's name from: the first has the tag
// alone, the second the full name (containerd, Docker, Podman).
const (
	refNameAnnotation   = "org.opencontainers.image.ref.name"
	imageNameAnnotation = "io.containerd.image.name"
)

// index is the content of index.json.
type index struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Manifests     []Descriptor `json:"manifests"`
}

// Write writes the layout of an image to an empty directory. Every blob is
// checked against the manifest. Beside the layout's own files there is
// manifest.json, as in a docker archive: a tar of the directory also loads in
// versions of Docker that do not know OCI layouts.
func Write(dir *outdir.Dir, img Image) error {
	name, err := fullName(img.Name, img.Tag)
	if err != nil {
		return err
	}
	m, err := ParseManifest(img.Manifest)
	if err != nil {
		return err
	}
	c, err := parseConfig(img.Config)
	if err != nil {
		return err
	}
	if got := descriptorOf(ConfigMediaType, img.Config); got.Digest != m.Config.Digest || got.Size != m.Config.Size {
		return fmt.Errorf("the manifest is for the config %s, not for %s, which was given", m.Config.Digest, got.Digest)
	}
	if err := writeLayers(dir, m.Layers, img.Blobs); err != nil {
		return err
	}
	if err := dir.WriteBytes(blobName(m.Config.Digest), img.Config); err != nil {
		return err
	}
	manifest := descriptorOf(ManifestMediaType, img.Manifest)
	if err := dir.WriteBytes(blobName(manifest.Digest), img.Manifest); err != nil {
		return err
	}
	manifest.Platform = &c.Platform
	manifest.Annotations = map[string]string{refNameAnnotation: img.Tag, imageNameAnnotation: name}
	for _, file := range []struct {
		name    string
		content any
	}{
		{"index.json", index{schemaVersion, IndexMediaType, []Descriptor{manifest}}},
		{"manifest.json", dockerManifest(m, name)},
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

type dockerImage struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// dockerManifest is the content of manifest.json.
func dockerManifest(m *Manifest, name string) []dockerImage {
	layers := make([]string, len(m.Layers))
	for i, l := range m.Layers {
		layers[i] = blobName(l.Digest)
	}
	return []dockerImage{{Config: blobName(m.Config.Digest), RepoTags: []string{name}, Layers: layers}}
}

// writeLayers copies the layers' blobs, each of them once.
func writeLayers(dir *outdir.Dir, layers []Descriptor, blobs Blobs) error {
	written := map[string]bool{}
	buffer := make([]byte, copySize)
	for i, l := range layers {
		if written[l.Digest] {
			continue
		}
		written[l.Digest] = true
		err := dir.Write(blobName(l.Digest), func(w io.Writer) error { return copyBlob(w, l, blobs, buffer) })
		if err != nil {
			return fmt.Errorf("blob of layer %d of %d, %s: %w", i+1, len(layers), l.Digest, err)
		}
	}
	return nil
}

// copySize is how much of a blob is read at once, in bytes.
const copySize = 256 << 10

func copyBlob(w io.Writer, d Descriptor, blobs Blobs, buffer []byte) error {
	r, err := blobs.Open(d.Digest)
	if err != nil {
		return err
	}
	defer r.Close()
	hash := sha256.New()
	// Without the wrappers, the file and the buffer would copy by themselves.
	n, err := io.CopyBuffer(io.MultiWriter(hash, w), struct{ io.Reader }{r}, buffer)
	if err != nil {
		return err
	}
	if n != d.Size {
		return fmt.Errorf("it has %d bytes, but the manifest says %d", n, d.Size)
	}
	if got := digestPrefix + hex.EncodeToString(hash.Sum(nil)); got != d.Digest {
		return fmt.Errorf("its bytes have the digest %s: the file changed since it was described: build it again", got)
	}
	return nil
}
