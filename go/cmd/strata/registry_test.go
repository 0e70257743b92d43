package main

import (
	"path/filepath"
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// TestValidate: go-containerregistry finds nothing wrong with what the steps
// write.
func TestValidate(t *testing.T) {
	c := generate(t)
	c.build(t, "2")
	archive := filepath.Join(t.TempDir(), "archive.tar")
	c.step(t, "archive", "--image", c.describe(t, nil), "--compressor=none", "--out", archive)
	img, err := tarball.ImageFromPath(archive, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.validate(t, img)
	index, err := layout.ImageIndexFromPath(c.makeLayout(t, "gzip"))
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Error(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if img, err = index.Image(manifest.Manifests[0].Digest); err != nil {
		t.Fatal(err)
	}
	c.validate(t, img)
}

func (c *closureOf) validate(t *testing.T, img v1.Image) {
	t.Helper()
	if err := validate.Image(img); err != nil {
		t.Error(err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, id := range config.RootFS.DiffIDs {
		got = append(got, id.String())
	}
	for _, l := range c.layers(t) {
		want = append(want, l.DiffID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("layers %q, want %q", got, want)
	}
}
