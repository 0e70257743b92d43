package baseimage

import (
	"encoding/json"
	"errors"
	"fmt"
)

// descriptor points to a blob.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	URLs        []string          `json:"urls"`
	Annotations map[string]string `json:"annotations"`
	Platform    *platform         `json:"platform"`
}

// manifest is an image index or an image manifest: Manifests are an index's,
// Config and Layers a manifest's.
type manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Manifests     []descriptor `json:"manifests"`
	Config        *descriptor  `json:"config"`
	Layers        []descriptor `json:"layers"`
}

// Media types of manifests.
const (
	ociIndex     = "application/vnd.oci.image.index.v1+json"
	ociManifest  = "application/vnd.oci.image.manifest.v1+json"
	dockerList   = "application/vnd.docker.distribution.manifest.list.v2+json"
	dockerSchema = "application/vnd.docker.distribution.manifest.v2+json"
	// schema1 begins the media types of Docker's first manifests.
	schema1 = "application/vnd.docker.distribution.manifest.v1+"
)

// isImageType says whether a media type is that of an image's manifest.
func isImageType(mediaType string) bool { return mediaType == ociManifest || mediaType == dockerSchema }

// isIndex says whether it lists other manifests, by its media type or, where
// there is none, by what it has.
func (m *manifest) isIndex() bool {
	return m.MediaType == ociIndex || m.MediaType == dockerList || m.Config == nil && m.Manifests != nil
}

// openLayout opens an image of an OCI layout.
func openLayout(m members, sel Selection) (*Image, error) {
	listed, err := readLayoutIndex(m)
	if err != nil {
		return nil, err
	}
	entries, err := sel.entries(listed)
	if err != nil {
		return nil, err
	}
	s := &search{members: m}
	for _, entry := range entries {
		if err := s.add(entry, 0); err != nil {
			return nil, err
		}
	}
	chosen, err := s.choose(sel)
	if err != nil {
		return nil, err
	}
	img, err := chosen.open(m)
	if err != nil {
		return nil, err
	}
	img.Warnings = sel.warnings()
	return img, nil
}

// readLayoutIndex reads what a layout lists.
func readLayoutIndex(m members) ([]descriptor, error) {
	data, err := readAll(m, layoutIndex, maxManifest)
	if err != nil {
		return nil, err
	}
	var index manifest
	if err := json.Unmarshal(data, &index); err != nil {
		return nil, fmt.Errorf("%s: not an image index: %w", layoutIndex, err)
	}
	return index.Manifests, nil
}

// open opens the image.
func (f *found) open(m members) (*Image, error) {
	if err := f.read(m); err != nil {
		return nil, err
	}
	if f.manifest.Config == nil {
		return nil, fmt.Errorf(`%s: it is not an image's manifest: it has no "config"`, f.name)
	}
	configName, data, err := readBlob(m, f.manifest.Config, maxConfig)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	var names []string
	for i, d := range f.manifest.Layers {
		want, err := d.check()
		if err != nil {
			return nil, fmt.Errorf("%s: layer %d: %w", f.name, i+1, err)
		}
		names = append(names, want.blob())
	}
	img, err := newImage(m, "config "+configName, data, names)
	if err != nil {
		return nil, err
	}
	for i := range img.Layers {
		l, d := &img.Layers[i], &f.manifest.Layers[i]
		if layerFormat(d.MediaType) == "" {
			return nil, fmt.Errorf("%s: its media type %q is not that of a layer", l.Describe, d.MediaType)
		}
		l.want = digest(d.Digest)
		l.Blob = &Blob{MediaType: d.MediaType, Digest: d.Digest, Size: d.Size, layer: l}
		if err := l.check(); isMissing(err) && len(d.URLs) > 0 {
			return nil, fmt.Errorf("%s: it is a foreign layer, which is only at %s, and nothing is fetched from there: save the image with all its layers",
				l.Describe, quote(d.URLs[0]))
		} else if err != nil {
			return nil, err
		}
	}
	return img, nil
}

// check wants a digest that can be checked and a size that can be.
func (d *descriptor) check() (digest, error) {
	want, err := parseDigest(d.Digest)
	if err == nil && d.Size < 0 {
		err = fmt.Errorf("the size of %s is %d", want, d.Size)
	}
	return want, err
}

// readBlob reads what a descriptor points to and checks its size and digest.
func readBlob(m members, d *descriptor, limit int64) (name string, data []byte, err error) {
	want, err := d.check()
	if err != nil {
		return "", nil, err
	}
	name = want.blob()
	if d.Size > limit {
		return name, nil, fmt.Errorf("%s: its descriptor says %d bytes, the limit is %d", name, d.Size, limit)
	}
	if data, err = readAll(m, name, limit); err != nil {
		return name, nil, err
	}
	if int64(len(data)) != d.Size {
		return name, nil, fmt.Errorf("%s has %d bytes, but its descriptor says %d", name, len(data), d.Size)
	}
	if err := want.check(data); err != nil {
		return name, nil, fmt.Errorf("%s: %w", name, err)
	}
	return name, data, nil
}

var errSchema1 = errors.New("unsupported (schema 1): it is a manifest of Docker before 1.10: pull and save the image again")
