package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/registry"
)

// pushIndex sends an index that Bazel built, with its images.
func pushIndex(ctx context.Context, client *registry.Client, refs []name.Reference, t *pushTarget) (pushed *registry.Pushed, err error) {
	// Object sets have paths from the folder that the program runs in.
	if err := os.Chdir(filepath.Join(t.runfiles, "exec")); err != nil {
		return nil, err
	}
	parts := registry.IndexParts{Manifest: t.manifest}
	var opened []*imagefile.Image
	defer func() {
		for _, img := range opened {
			err = errors.Join(err, img.Close())
		}
	}()
	for _, i := range t.Images {
		img, err := imagefile.Open(i.Description, "")
		if err != nil {
			return nil, err
		}
		opened = append(opened, img)
		p, err := builtParts(img, i.Manifest, i.manifest, i.config)
		if err != nil {
			return nil, err
		}
		parts.Images = append(parts.Images, p)
	}
	return client.PushIndex(ctx, refs, parts)
}

// builtParts is an image with the manifest that Bazel built, which is the
// content of a file.
func builtParts(img *imagefile.Image, file string, manifest, config []byte) (registry.Parts, error) {
	blobs, err := ocilayout.ManifestBlobs(manifest, img.Layers)
	if err != nil {
		return registry.Parts{}, fmt.Errorf("%s: %w", file, err)
	}
	return partsOf(img, manifest, config, blobs)
}

// partsOf is an image as package registry sends it.
func partsOf(img *imagefile.Image, manifest, config []byte, blobs []blob.Descriptor) (registry.Parts, error) {
	p := registry.Parts{Manifest: manifest, Config: config}
	described := img.Archive().Layers
	for n, d := range blobs {
		digest, err := v1.NewHash(d.Digest)
		if err != nil {
			return p, err
		}
		diffID, err := v1.NewHash(d.DiffID)
		if err != nil {
			return p, err
		}
		p.Layers = append(p.Layers, registry.Layer{
			MediaType: d.MediaType, Digest: digest, Size: d.Size, DiffID: diffID, Name: described[n].Describe,
			Open: func(ctx context.Context) (io.ReadCloser, error) { return img.OpenBlob(ctx, n, d) },
		})
	}
	return p, nil
}
