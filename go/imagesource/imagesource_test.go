package imagesource_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/baseimage"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/imagesource"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// dockerArchive writes images as a docker archive.
func dockerArchive(t *testing.T, images ...archive.Image) string {
	t.Helper()
	var out bytes.Buffer
	if err := archive.WriteSeveral(t.Context(), &out, images); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "images.tar")
	if err := os.WriteFile(name, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// layout writes an image as an OCI layout of compressed layers.
func layout(t *testing.T, img archive.Image, name string) string {
	t.Helper()
	dir := t.TempDir()
	blobs := filepath.Join(dir, "blobs", "sha256")
	if err := os.MkdirAll(blobs, 0o755); err != nil {
		t.Fatal(err)
	}
	add := func(mediaType string, data []byte) map[string]any {
		digest := fmt.Sprintf("%x", sha256.Sum256(data))
		if err := os.WriteFile(filepath.Join(blobs, digest), data, 0o644); err != nil {
			t.Fatal(err)
		}
		return map[string]any{"mediaType": mediaType, "digest": "sha256:" + digest, "size": len(data)}
	}
	encode := func(value any) []byte {
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	var layers []any
	for _, l := range img.Layers {
		var packed bytes.Buffer
		w, err := compress.NewWriter(&packed, compress.Gzip)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Write(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		layers = append(layers, add("application/vnd.oci.image.layer.v1.tar+gzip", packed.Bytes()))
	}
	config := add("application/vnd.oci.image.config.v1+json", img.Config)
	manifest := add("application/vnd.oci.image.manifest.v1+json", encode(map[string]any{"schemaVersion": 2, "config": config, "layers": layers}))
	manifest["annotations"] = map[string]string{"io.containerd.image.name": name}
	for file, data := range map[string][]byte{
		"index.json": encode(map[string]any{"schemaVersion": 2, "manifests": []any{manifest}}), "oci-layout": []byte(`{"imageLayoutVersion":"1.0.0"}`),
	} {
		if err := os.WriteFile(filepath.Join(dir, file), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// check compares an image with what it was made of, and reads its layers, which
// are checked then.
func check(t *testing.T, got, want archive.Image, names ...string) {
	t.Helper()
	if !bytes.Equal(got.Config, want.Config) || !slices.Equal(got.RepoTags, names) || len(got.Layers) != len(want.Layers) {
		t.Fatalf("got %s of %d layers called %q, want %s called %q", got.Config, len(got.Layers), got.RepoTags, want.Config, names)
	}
	for i, l := range got.Layers {
		if l.DiffID != want.Layers[i].DiffID || l.Size != want.Layers[i].Size {
			t.Errorf("layer %d: %s of %d bytes, want %s of %d", i, l.DiffID, l.Size, want.Layers[i].DiffID, want.Layers[i].Size)
		}
		if err := l.WriteChecked(t.Context(), io.Discard); err != nil {
			t.Error(err)
		}
	}
}

func TestOpen(t *testing.T) {
	a, b := testimage.New(t, 3000, []int{1, 2}, "a:1", "a:2"), testimage.New(t, 3000, []int{1, 3}, "b:1")
	file := dockerArchive(t, a, b)
	for _, test := range []struct {
		name    string
		source  imagesource.Source
		want    archive.Image
		warning string
	}{
		{"the first", imagesource.Source{Archive: file}, a, ""},
		{"the other", imagesource.Source{Archive: file, Selection: baseimage.Selection{Name: "b", Tag: "1"}}, b, ""},
		{"a name alone", imagesource.Source{Archive: file, Selection: baseimage.Selection{Name: "b"}}, a, "the base image's name b is given without a tag"},
		{"a layout", imagesource.Source{Archive: layout(t, b, "docker.io/library/b:1")}, b, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			opened, err := test.source.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer opened.Close()
			check(t, opened.Images[0], test.want)
			if got := strings.Join(opened.Warnings, "\n"); !strings.HasPrefix(got, test.warning) || (got == "") != (test.warning == "") {
				t.Errorf("warnings %q, want %q", got, test.warning)
			}
		})
	}
}

// TestOpenAll: sizes that are known are not found out again.
func TestOpenAll(t *testing.T) {
	a, b := testimage.New(t, 3000, []int{1, 2}, "a:1", "a:2"), testimage.New(t, 3000, []int{1, 3}, "b:1")
	sizes := imagesource.Sizes{}
	opened, err := imagesource.Source{Archive: dockerArchive(t, a, b)}.OpenAll(t.Context(), sizes)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	if len(opened.Images) != 2 || len(sizes) != 3 {
		t.Fatalf("%d images, %d sizes", len(opened.Images), len(sizes))
	}
	check(t, opened.Images[0], a, "a:1", "a:2")
	check(t, opened.Images[1], b, "b:1")
	// A context that has ended lets no layer be read.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	again, err := imagesource.Source{Archive: layout(t, b, "b:2")}.OpenAll(ctx, sizes)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	check(t, again.Images[0], b, "b:2")
	if _, err := (imagesource.Source{Archive: layout(t, b, "b:2")}).OpenAll(ctx, imagesource.Sizes{}); err == nil || !strings.Contains(err.Error(), "context canceled") {
		t.Errorf("got %v", err)
	}
}

func TestErrors(t *testing.T) {
	a := testimage.New(t, 3000, []int{1}, "a:1")
	broken := layout(t, a, "a:1")
	blobs, err := os.ReadDir(filepath.Join(broken, "blobs/sha256"))
	if err != nil {
		t.Fatal(err)
	}
	for _, blob := range blobs {
		name := filepath.Join(broken, "blobs/sha256", blob.Name())
		data, err := os.ReadFile(name)
		if err == nil && data[0] == 0x1f {
			data[len(data)-1] ^= 1
			err = os.WriteFile(name, data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var empty bytes.Buffer
	if err := tar.NewWriter(&empty).Close(); err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(t.TempDir(), "none.tar")
	if err := os.WriteFile(none, empty.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		source imagesource.Source
		want   string
	}{
		{imagesource.Source{Records: "/nonexistent.records"}, "open /nonexistent.records: no such file"},
		{imagesource.Source{Archive: "/nonexistent.tar"}, "/nonexistent.tar: no such file"},
		{imagesource.Source{Archive: none}, none + ": it is a tar without members"},
		{imagesource.Source{Archive: broken}, broken + ": layer 1 of 1 (blobs/sha256/"},
	} {
		_, one := test.source.Open(t.Context())
		_, all := test.source.OpenAll(t.Context(), imagesource.Sizes{})
		for _, err := range []error{one, all} {
			if err == nil || !strings.HasPrefix(strings.TrimPrefix(err.Error(), "base image "), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		}
	}
}
