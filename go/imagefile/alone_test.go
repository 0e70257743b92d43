package imagefile

import (
	"bytes"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/store"
)

// alone changes a built image to one that is its base as it is.
func (b built) alone(t *testing.T, change func(description map[string]any, layers *image.Layers)) (below *Image) {
	t.Helper()
	below = build(t).mustOpen(t)
	b.write(t, "_main/base.tar", string(writeArchive(t, below)))
	layers := image.Layers{Objects: map[store.Path]string{}, Version: 1}
	for _, l := range below.Layers {
		layers.Layers = append(layers.Layers, image.Layer{DiffID: l.DiffID, Size: l.Size, Kind: image.BaseLayer, StorePaths: []store.Path{}})
	}
	b.write(t, "_main/config.json", string(below.Config))
	b.describe(t, func(d map[string]any) {
		delete(d, "customisation")
		delete(d, "objects")
		d["base"] = map[string]any{"archive": "_main/base.tar", "name": "", "tag": ""}
		change(d, &layers)
	})
	b.writeJSON(t, "_main/layers.json", layers)
	return below
}

// TestBaseAlone: an image can be a base as it is, under another name.
func TestBaseAlone(t *testing.T) {
	b := build(t)
	below := b.alone(t, func(d map[string]any, _ *image.Layers) { d["name"], d["manifest"] = "pulled", "_main/config.json" })
	img := b.mustOpen(t)
	defer img.Close()
	if got := img.Ref(); got != "pulled:latest" {
		t.Errorf("got %s", got)
	}
	if !bytes.Equal(img.Config, below.Config) || !bytes.Equal(img.Manifest, below.Config) {
		t.Error("it has another config or manifest")
	}
	for i := range below.Layers {
		var got, want bytes.Buffer
		if err := img.WriteLayer(t.Context(), i, &got); err != nil {
			t.Fatal(err)
		}
		if err := below.WriteLayer(t.Context(), i, &want); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("layer %d has other bytes", i+1)
		}
	}
}

func TestBaseAloneErrors(t *testing.T) {
	for _, test := range []struct {
		name    string
		change  func(map[string]any, *image.Layers)
		wantErr string
	}{
		{"no base", func(d map[string]any, _ *image.Layers) { delete(d, "base") }, `no "customisation"`},
		{"objects too", func(d map[string]any, _ *image.Layers) { d["objects"] = "_main/objects" }, `no "customisation"`},
		{"a customisation too", func(d map[string]any, _ *image.Layers) { d["customisation"] = "_main/customisation.tar" }, `no "objects"`},
		{"no such manifest", func(d map[string]any, _ *image.Layers) { d["manifest"] = "_main/absent" }, "absent"},
		{"a layer of its own", func(_ map[string]any, l *image.Layers) { l.Layers[2].Kind = image.CustomisationLayer },
			"layer 3 is of the kind customisation, and nothing describes it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := build(t)
			b.alone(t, test.change)
			if _, err := b.open(); err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got %v, want %s", err, test.wantErr)
			}
		})
	}
}
