package archive

import (
	"encoding/json"
	"strings"
)

// The media types of an OCI layout's parts (OCI image specification v1.1,
// "Media Types").
const (
	configMediaType   = "application/vnd.oci.image.config.v1+json"
	layerMediaType    = "application/vnd.oci.image.layer.v1.tar"
	manifestMediaType = "application/vnd.oci.image.manifest.v1+json"
	indexMediaType    = "application/vnd.oci.image.index.v1+json"
)

// Annotations that engines take an image's name from: the first has the tag
// alone, the second the whole name (containerd, Docker).
const (
	refNameAnnotation   = "org.opencontainers.image.ref.name"
	imageNameAnnotation = "io.containerd.image.name"
)

const schemaVersion = 2

type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Platform    *platform         `json:"platform,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

type ociManifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        descriptor   `json:"config"`
	Layers        []descriptor `json:"layers"`
}

type ociIndex struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Manifests     []descriptor `json:"manifests"`
}

func describeBlob(mediaType string, data []byte) descriptor {
	return descriptor{MediaType: mediaType, Digest: digestOf(data), Size: int64(len(data))}
}

func (h *Hybrid) newManifest() ociManifest {
	m := ociManifest{
		SchemaVersion: schemaVersion,
		MediaType:     manifestMediaType,
		Config:        describeBlob(configMediaType, h.image.Config),
		Layers:        make([]descriptor, len(h.image.Layers)),
	}
	for i, l := range h.image.Layers {
		m.Layers[i] = descriptor{MediaType: layerMediaType, Digest: l.DiffID, Size: l.Size}
	}
	return m
}

// file is a small member of an archive.
type file struct {
	name string
	data []byte
}

// files are all members but the layers.
func (h *Hybrid) files(names []string) ([]file, error) {
	index, err := json.Marshal(h.index(names))
	if err != nil {
		return nil, err
	}
	paths := make([]string, len(h.image.Layers))
	for i, l := range h.image.Layers {
		paths[i] = blobPath(l.DiffID)
	}
	config := blobPath(h.ConfigDigest())
	docker, err := encodeManifest(config, names, paths)
	if err != nil {
		return nil, err
	}
	return []file{
		layoutFile,
		{"index.json", index},
		{"manifest.json", docker},
		{config, h.image.Config},
		{blobPath(h.ManifestDigest()), h.manifest},
	}, nil
}

var layoutFile = file{"oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)}

// index lists the image once for each of its names.
func (h *Hybrid) index(names []string) ociIndex {
	image := describeBlob(manifestMediaType, h.manifest)
	image.Platform = &h.platform
	index := ociIndex{SchemaVersion: schemaVersion, MediaType: indexMediaType}
	for _, name := range names {
		named := image
		named.Annotations = map[string]string{
			refNameAnnotation:   name[strings.LastIndexByte(name, ':')+1:],
			imageNameAnnotation: name,
		}
		index.Manifests = append(index.Manifests, named)
	}
	if len(names) == 0 {
		index.Manifests = []descriptor{image}
	}
	return index
}
