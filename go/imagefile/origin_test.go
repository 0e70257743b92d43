package imagefile

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/image"
)

var pulledFrom = map[string]any{"plain_http": true, "repository": "registry.example/base"}

// TestOrigin: an image that was pulled knows where from, and so does one on it.
func TestOrigin(t *testing.T) {
	b := build(t)
	b.alone(t, func(d map[string]any, _ *image.Layers) {
		d["manifest"] = "_main/config.json"
		d["base"].(map[string]any)["origin"] = pulledFrom
	})
	below := b.mustOpen(t)
	defer below.Close()
	want := Origin{Repository: "registry.example/base", PlainHTTP: true}
	if got := below.Origin(); got == nil || *got != want || below.IsRemote() {
		t.Errorf("got %+v, remote: %v", got, below.IsRemote())
	}
	data, err := os.ReadFile(filepath.Join(b.folder, "hello.image.json"))
	if err != nil {
		t.Fatal(err)
	}
	above := build(t)
	if err := os.CopyFS(above.path("below"), os.DirFS(b.path("_main"))); err != nil {
		t.Fatal(err)
	}
	above.write(t, "base.image.json", strings.ReplaceAll(string(data), `"_main/`, `"below/`))
	above.onBase(t, below, map[string]any{"image": "base.image.json"})
	img := above.mustOpen(t)
	defer img.Close()
	if img.Origin() != nil || img.IsRemote() {
		t.Errorf("it was built, and has the origin %+v", img.Origin())
	}
	for n, l := range img.Layers {
		got, err := img.LayerOrigin(n)
		if err != nil || (got != nil) != (l.Kind == image.BaseLayer) || got != nil && *got != want {
			t.Errorf("layer %d, %s: %+v, %v", n, l.Kind, got, err)
		}
	}
}

// TestRemote: an image whose layers are at its origin alone has all but their
// bytes.
func TestRemote(t *testing.T) {
	b := build(t)
	b.alone(t, func(d map[string]any, _ *image.Layers) {
		d["manifest"], d["base"] = "_main/config.json", map[string]any{"origin": pulledFrom}
	})
	img := b.mustOpen(t)
	defer img.Close()
	if !img.IsRemote() || img.Origin() == nil {
		t.Fatalf("origin %+v, remote: %v", img.Origin(), img.IsRemote())
	}
	if got, err := img.LayerOrigin(1); err != nil || *got != *img.Origin() {
		t.Errorf("got %+v, %v", got, err)
	}
	_, openErr := img.OpenBlob(t.Context(), 0, blob.Descriptor{MediaType: compress.Gzip.LayerMediaType()})
	_, _, storedErr := img.StoredBlob(0)
	for name, err := range map[string]error{"write": img.WriteLayer(t.Context(), 0, io.Discard), "open": openErr, "stored": storedErr} {
		if err == nil || !strings.Contains(err.Error(), "they are in registry.example/base and not here: run the image itself") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestOriginErrors(t *testing.T) {
	for _, test := range []struct {
		name    string
		change  func(map[string]any)
		wantErr string
	}{
		{"of an image of ours", func(d map[string]any) { d["base"] = map[string]any{"image": "x", "origin": pulledFrom} }, `"image" goes with neither "archive" nor "origin"`},
		{"no repository", func(d map[string]any) { d["base"] = map[string]any{"origin": map[string]any{}} }, `"origin": no "repository"`},
		{"nothing", func(d map[string]any) { d["base"] = map[string]any{} }, `"base": want "image", "archive" or "origin"`},
		{"remote without a manifest", func(d map[string]any) { d["base"] = map[string]any{"origin": pulledFrom} }, `with its "manifest"`},
		{"remote below others", func(d map[string]any) {
			d["base"], d["customisation"], d["objects"] = map[string]any{"origin": pulledFrom}, "_main/customisation.tar", "_main/objects"
		}, "then the image is the base as it is"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := build(t)
			b.alone(t, func(d map[string]any, _ *image.Layers) { test.change(d) })
			if _, err := b.open(); err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got %v, want %s", err, test.wantErr)
			}
		})
	}
}
