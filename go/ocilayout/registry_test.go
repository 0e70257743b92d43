package ocilayout_test

import (
	"archive/tar"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/rules-strata/rules_strata/go/compress"
)

// TestValidate: go-containerregistry reads the layout and finds nothing wrong.
// Its full validation takes every layer for gzip; of other ones the digests are
// compared here.
func TestValidate(t *testing.T) {
	for _, kinds := range [][]compress.Kind{{}, {compress.Gzip}, {compress.Gzip, compress.Zstd, compress.None}} {
		m := newImage(t, kinds...)
		folder := m.write(t, "hello", "v1")
		path, err := layout.FromPath(folder)
		if err != nil {
			t.Fatal(err)
		}
		index, err := path.ImageIndex()
		if err != nil {
			t.Fatal(err)
		}
		var options []validate.Option
		if slices.ContainsFunc(kinds, func(k compress.Kind) bool { return k != compress.Gzip }) {
			options = append(options, validate.Fast)
		}
		if err := validate.Index(index, options...); err != nil {
			t.Errorf("%s: index: %v", kinds, err)
		}
		manifest, err := index.IndexManifest()
		if err != nil || len(manifest.Manifests) != 1 {
			t.Fatalf("%+v, %v", manifest, err)
		}
		img, err := index.Image(manifest.Manifests[0].Digest)
		if err != nil {
			t.Fatal(err)
		}
		checkImage(t, img, m)
	}
}

// TestValidateTarball: so does its reader of docker archives, of a tar of the
// layout.
func TestValidateTarball(t *testing.T) {
	m := newImage(t, compress.Gzip, compress.Gzip)
	file := filepath.Join(t.TempDir(), "image.tar")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := tar.NewWriter(f)
	if err := w.AddFS(os.DirFS(m.write(t, "hello", "v1"))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	img, err := tarball.ImageFromPath(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Image(img); err != nil {
		t.Error(err)
	}
	checkImage(t, img, m)
}

func checkImage(t *testing.T, img v1.Image, m *made) {
	t.Helper()
	layers, err := img.Layers()
	if err != nil || len(layers) != len(m.layers) {
		t.Fatalf("%d layers, want %d (%v)", len(layers), len(m.layers), err)
	}
	for i, l := range layers {
		plain, stored := hashOf(t, l.Uncompressed), hashOf(t, l.Compressed)
		if plain != m.layers[i].DiffID || stored != m.descriptors[i].Digest {
			t.Errorf("layer %d is %s of %s, want %s of %s", i, stored, plain, m.descriptors[i].Digest, m.layers[i].DiffID)
		}
	}
}

func hashOf(t *testing.T, open func() (io.ReadCloser, error)) string {
	t.Helper()
	r, err := open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	hash, _, err := v1.SHA256(r)
	if err != nil {
		t.Fatal(err)
	}
	return hash.String()
}
