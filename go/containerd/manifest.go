package containerd

import (
	"errors"
	"strconv"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/reference"
)

// layerMediaType is that of a blob that is the layer's tar itself (OCI image
// specification v1.1, "Image Layer Filesystem Changeset").
const layerMediaType = "application/vnd.oci.image.layer.v1.tar"

// Labels on blobs, by which containerd's garbage collector finds what is in
// use. They are those that `ctr images import` leaves.
const (
	refersToConfig   = "containerd.io/gc.ref.content.config"
	refersToLayer    = "containerd.io/gc.ref.content.l." // and its number, from 0
	refersToSnapshot = "containerd.io/gc.ref.snapshot."  // and the snapshotter
	uncompressedID   = "containerd.io/uncompressed"      // the diff ID of a layer's blob
)

// document is a blob that is JSON, with the labels that it needs.
type document struct {
	name   string
	data   []byte
	digest string
	labels map[string]string
}

// newManifest checks an image and makes its manifest, whose layers' blobs are
// their tars.
func newManifest(img archive.Image) (document, error) {
	whole, err := archive.NewHybrid(img)
	if err != nil {
		return document{}, err
	}
	labels := map[string]string{refersToConfig: whole.ConfigDigest()}
	for i, l := range img.Layers {
		labels[refersToLayer+strconv.Itoa(i)] = l.DiffID
	}
	return document{"manifest", whole.Manifest(), whole.ManifestDigest(), labels}, nil
}

// newConfig is the config of an image whose uppermost snapshot has this name,
// which is empty if it has no layers.
func newConfig(img archive.Image, snapshotter, snapshot string) document {
	labels := map[string]string{}
	if snapshot != "" {
		labels[refersToSnapshot+snapshotter] = snapshot
	}
	return document{"config", img.Config, ocilayout.Digest(img.Config), labels}
}

// chainIDs are those of the layers: what a layer is together with all of those
// below it.
func chainIDs(layers []archive.Layer) []string {
	var ids []string
	for i, l := range layers {
		id := l.DiffID
		if i > 0 {
			id = ocilayout.Digest([]byte(ids[i-1] + " " + l.DiffID))
		}
		ids = append(ids, id)
	}
	return ids
}

// fullNames are names as containerd has them: "docker.io/library/hello:latest"
// for "hello".
func fullNames(refs []string) ([]string, error) {
	if len(refs) == 0 {
		return nil, errors.New("the image has no name, and containerd removes images that have none: give it one")
	}
	names := make([]string, len(refs))
	for i, ref := range refs {
		name, err := reference.Parse(ref)
		if err != nil {
			return nil, err
		}
		names[i] = name.Full()
	}
	return names, nil
}
