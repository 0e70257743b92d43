package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/registry"
)

// pushIndex sends an index that Bazel built, with its images.
func pushIndex(ctx context.Context, origins *pushOrigins, refs []name.Reference, t *pushTarget, lazily []imagefile.Option) (pushed *registry.Pushed, err error) {
	parts := registry.IndexParts{Manifest: t.manifest}
	var opened []*imagefile.Image
	defer func() {
		for _, img := range opened {
			err = errors.Join(err, img.Close())
		}
	}()
	for _, i := range t.Images {
		img, err := imagefile.Open(filepath.Join(t.runfiles, filepath.FromSlash(i.Description)), t.runfiles, lazily...)
		if err != nil {
			return nil, err
		}
		opened = append(opened, img)
		p, err := builtParts(img, i.Manifest, i.manifest, i.config, origins)
		if err != nil {
			return nil, err
		}
		parts.Images = append(parts.Images, p)
	}
	return origins.client.PushIndex(ctx, refs, parts)
}

// builtParts is an image with the manifest that Bazel built, which is the
// content of a file.
func builtParts(img *imagefile.Image, file string, manifest, config []byte, origins *pushOrigins) (registry.Parts, error) {
	blobs, err := ocilayout.ManifestBlobs(manifest, img.Layers)
	if err != nil {
		return registry.Parts{}, fmt.Errorf("%s: %w", file, err)
	}
	return partsOf(img, manifest, config, blobs, origins)
}

// partsOf is an image as package registry sends it.
func partsOf(img *imagefile.Image, manifest, config []byte, blobs []blob.Descriptor, origins *pushOrigins) (registry.Parts, error) {
	p := registry.Parts{Manifest: manifest, Config: config}
	var err error
	if p.ConfigFrom, err = configFrom(img, config); err != nil {
		return p, err
	}
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
		l := registry.Layer{
			MediaType: d.MediaType, Digest: digest, Size: d.Size, DiffID: diffID, Name: described[n].Describe,
			Open: func(ctx context.Context) (io.ReadCloser, error) { return img.OpenBlob(ctx, n, d) },
		}
		if err := origins.apply(img, n, &l); err != nil {
			return p, err
		}
		p.Layers = append(p.Layers, l)
	}
	return p, nil
}
