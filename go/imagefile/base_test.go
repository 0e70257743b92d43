package imagefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/store"
)

// writeArchive writes an image as a docker archive.
func writeArchive(t *testing.T, img *Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := archive.Write(t.Context(), &out, img.Archive()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// onBase changes a built image to one that lies on a base, whose layers it
// gets, and writes its description.
func (b built) onBase(t *testing.T, under *Image, base map[string]any) {
	t.Helper()
	own := b.mustOpen(t)
	var layers []image.Layer
	for _, l := range under.Layers {
		layers = append(layers, image.Layer{DiffID: l.DiffID, Size: l.Size, Kind: image.BaseLayer, StorePaths: []store.Path{}})
	}
	white, err := layer.WriteWhiteouts(io.Discard, "/nix/store", []string{lib.Base()}, 1)
	if err != nil {
		t.Fatal(err)
	}
	layers = append(layers, image.Layer{DiffID: white.DiffID, Size: white.Size, Kind: image.WhiteoutLayer, StorePaths: []store.Path{lib}})
	layers = append(layers, own.Layers...)
	below, err := image.ParseBase(under.Config)
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.Config(image.Settings{User: json.RawMessage("{}"), Base: below, Created: time.Unix(1, 0), OS: "linux", Architecture: "amd64"}, layers)
	if err != nil {
		t.Fatal(err)
	}
	b.write(t, "_main/config.json", string(config))
	b.writeJSON(t, "_main/layers.json", image.Layers{Layers: layers, Objects: map[store.Path]string{}, Version: 1})
	b.describe(t, func(d map[string]any) { d["base"] = base })
}

// TestBaseArchive: the layers of a base come out of its archive.
func TestBaseArchive(t *testing.T) {
	below := build(t).mustOpen(t)
	b := build(t)
	b.write(t, "_main/base.tar", string(writeArchive(t, below)))
	b.onBase(t, below, map[string]any{"archive": "_main/base.tar", "name": "registry.example/hello", "tag": "latest"})
	img := b.mustOpen(t)
	defer img.Close()
	checkLayerFiles(t, writeArchive(t, img), uniqueOf(img.DiffIDs()))
	if want := below.DiffIDs(); !slices.Equal(img.DiffIDs()[:3], want) || len(img.DiffIDs()) != 7 {
		t.Errorf("got %q, want %q first", img.DiffIDs(), want)
	}
	var described []string
	for _, l := range img.Archive().Layers {
		described = append(described, l.Describe)
	}
	want := []string{"base image", "base image", "base image", "removal of 1 objects of the base image", "app", "lib and 1 more", "links to the contents"}
	if !slices.Equal(described, want) {
		t.Errorf("got %q, want %q", described, want)
	}
}

// uniqueOf leaves out what came before.
func uniqueOf(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// TestBaseImage: the layers of a base that is an image of ours are made of its
// own objects.
func TestBaseImage(t *testing.T) {
	b := build(t)
	below := b.mustOpen(t)
	// The base's files are among the runfiles of the image on it.
	for _, name := range []string{"config.json", "layers.json", "tag", "objects"} {
		data, err := os.ReadFile(b.path("_main/" + name))
		if err != nil {
			t.Fatal(err)
		}
		b.write(t, "_main/below/"+name, string(data))
	}
	b.writeJSON(t, "_main/below.image.json", map[string]any{
		"config": "_main/below/config.json", "customisation": "_main/customisation.tar", "layers": "_main/below/layers.json",
		"objects": "_main/below/objects", "tag": "_main/below/tag", "name": "below", "base": nil, "created": "",
		"mtime": "1", "uid": 0, "gid": 0, "uname": "root", "gname": "root", "store_dir": "/nix/store", "version": 1,
	})
	b.onBase(t, below, map[string]any{"image": "_main/below.image.json"})
	img := b.mustOpen(t)
	defer img.Close()
	checkLayerFiles(t, writeArchive(t, img), uniqueOf(img.DiffIDs()))
	b.write(t, "_main/below/objects", "")
	err := archive.Write(t.Context(), io.Discard, b.mustOpen(t).Archive())
	if want := "layer 1 of 7 (base image): " + string(app) + " is not among the image's objects"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestBaseErrors(t *testing.T) {
	for _, test := range []struct {
		name    string
		change  func(*testing.T, built)
		wantErr string
	}{
		{"gone", func(t *testing.T, b built) { b.remove(t, "_main/base.tar") }, "layer 1 of 7 (base image): the base image cannot be read: base image "},
		{"another", func(t *testing.T, b built) {
			other := build(t)
			other.write(t, "_main/customisation.tar", string(tarAt(t, 1)))
			other.replaceTop(t)
			b.write(t, "_main/base.tar", string(writeArchive(t, other.mustOpen(t))))
		}, "layer 3 of 7 (base image): the base image is another one than when the image was built: build it again"},
		{"cut", func(t *testing.T, b built) { b.write(t, "_main/base.tar", readText(t, b, "_main/base.tar")[:5000]) }, "truncated"},
	} {
		t.Run(test.name, func(t *testing.T) {
			below := build(t).mustOpen(t)
			b := build(t)
			b.write(t, "_main/base.tar", string(writeArchive(t, below)))
			b.onBase(t, below, map[string]any{"archive": "_main/base.tar", "name": "", "tag": ""})
			test.change(t, b)
			err := archive.Write(t.Context(), io.Discard, b.mustOpen(t).Archive())
			if err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got %v, want %s", err, test.wantErr)
			}
		})
	}
}

// readText reads a file of a built image.
func readText(t *testing.T, b built, name string) string {
	t.Helper()
	data, err := os.ReadFile(b.path(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestBaseIsOpenedLate: nothing of the base is read before its layers are
// wanted.
func TestBaseIsOpenedLate(t *testing.T) {
	below := build(t).mustOpen(t)
	b := build(t)
	b.onBase(t, below, map[string]any{"archive": "_main/absent.tar", "name": "", "tag": ""})
	img := b.mustOpen(t)
	if err := img.WriteLayer(t.Context(), 4, io.Discard); err != nil {
		t.Error(err)
	}
	if err := img.WriteLayer(t.Context(), 0, io.Discard); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := img.Close(); err != nil {
		t.Error(err)
	}
}

func TestNewErrors(t *testing.T) {
	below := build(t).mustOpen(t)
	for _, test := range []struct {
		name    string
		change  func(*Parts)
		wantErr string
	}{
		{"no base", func(p *Parts) { p.Layers = slices.Clone(p.Layers); p.Layers[0].Kind = image.BaseLayer }, "it has 1 layers of a base image, and nothing to make them of"},
		{"base on top", func(p *Parts) { p.Layers = slices.Clone(p.Layers); p.Layers[2].Kind = image.BaseLayer }, "layer 3 is of the kind base and lies on one of the kind store"},
		{"other layers", func(p *Parts) { p.Layers = p.Layers[1:] }, "config: it has 3 diff IDs which are not those of the image's 2 layers"},
	} {
		p := below.Parts
		test.change(&p)
		if _, err := New(p); err == nil || !strings.Contains(err.Error(), test.wantErr) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.wantErr)
		}
	}
}
