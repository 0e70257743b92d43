package archive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/progress"
)

// hybridOf is a hybrid archive of layers with these bytes.
func hybridOf(t *testing.T, layers ...[]byte) *Hybrid {
	t.Helper()
	h, err := NewHybrid(imageOf(t, layers...))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func imageOf(t *testing.T, layers ...[]byte) Image {
	t.Helper()
	var img Image
	diffIDs := []string{}
	for _, data := range layers {
		img.Layers = append(img.Layers, layerOf(data, 1000))
		diffIDs = append(diffIDs, digest(data))
	}
	var err error
	img.Config, err = json.Marshal(map[string]any{
		"os": "linux", "architecture": "arm", "variant": "v7",
		"rootfs": map[string]any{"type": "layers", "diff_ids": diffIDs},
	})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestHybrid(t *testing.T) {
	a, b, c := randomBytes(10240), randomBytes(70000), randomBytes(512)
	path := func(data []byte) string { return "blobs/sha256/" + digest(data)[len("sha256:"):] }
	layer := func(data []byte) string {
		return fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":%q,"size":%d}`, digest(data), len(data))
	}
	h := hybridOf(t, a, b, a, c)
	config := h.image.Config
	manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",`+
		`"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q,"size":%d},"layers":[%s,%s,%s,%s]}`,
		digest(config), len(config), layer(a), layer(b), layer(a), layer(c))
	image := func(annotations string) string {
		return fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":%q,"size":%d,"platform":{"architecture":"arm","os":"linux","variant":"v7"}%s}`,
			digest([]byte(manifest)), len(manifest), annotations)
	}
	for _, test := range []struct {
		name   string
		o      HybridOptions
		images []string
		tags   string
		layers []entry
	}{
		{"without a name", HybridOptions{}, []string{image("")}, `[]`, []entry{{path(a), a}, {path(b), b}, {path(c), c}}},
		{
			"two names, no layers",
			HybridOptions{
				Names: []string{"docker.io/library/hello:1", "localhost:5000/x/y:z"},
				Omit:  map[string]bool{digest(a): true, digest(b): true, digest(c): true},
			},
			[]string{
				image(`,"annotations":{"io.containerd.image.name":"docker.io/library/hello:1","org.opencontainers.image.ref.name":"1"}`),
				image(`,"annotations":{"io.containerd.image.name":"localhost:5000/x/y:z","org.opencontainers.image.ref.name":"z"}`),
			},
			`["docker.io/library/hello:1","localhost:5000/x/y:z"]`, nil,
		},
		{"a layer left out", HybridOptions{Omit: map[string]bool{digest(a): true, digest(nil): true}}, []string{image("")}, `[]`, []entry{{path(b), b}, {path(c), c}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := append([]entry{
				{"oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)},
				{"index.json", fmt.Appendf(nil, `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}`, strings.Join(test.images, ","))},
				{"manifest.json", fmt.Appendf(nil, `[{"Config":%q,"RepoTags":%s,"Layers":[%q,%q,%q,%q]}]`, path(config), test.tags, path(a), path(b), path(a), path(c))},
				{path(config), config},
				{path([]byte(manifest)), []byte(manifest)},
			}, test.layers...)
			// Again: a layer's function may be called more than once.
			for range 2 {
				var out bytes.Buffer
				if err := h.Write(background, &out, test.o); err != nil {
					t.Fatal(err)
				}
				if got := read(t, out.Bytes(), 1); !reflect.DeepEqual(got, want) {
					for _, m := range got {
						t.Logf("%s: %.900s", m.name, m.data)
					}
					t.Fatal("wrong members")
				}
			}
		})
	}
	if h.ConfigDigest() != digest(config) || h.ManifestDigest() != digest([]byte(manifest)) || string(h.Manifest()) != manifest {
		t.Errorf("config %s, manifest %s: %s", h.ConfigDigest(), h.ManifestDigest(), h.Manifest())
	}
}

func TestHybridReportsProgress(t *testing.T) {
	var shown bytes.Buffer
	p := progress.New(&shown)
	h := hybridOf(t, randomBytes(200000), randomBytes(3000), randomBytes(100))
	h.image.Layers[1].Describe = ""
	if err := h.Write(background, io.Discard, HybridOptions{Progress: p, Omit: map[string]bool{h.image.Layers[2].DiffID: true}}); err != nil {
		t.Fatal(err)
	}
	if layers, n := p.Sent(); layers != 2 || n != 203000 {
		t.Errorf("%d layers, %d bytes", layers, n)
	}
	if text := shown.String(); !strings.Contains(text, "200000 bytes: 195.3 KiB") || !strings.Contains(text, "\nlayer 2 of 3: 2.9 KiB") {
		t.Errorf("shown: %s", text)
	}
}

func TestNewHybridRefusesImages(t *testing.T) {
	data := randomBytes(100)
	for _, test := range []struct {
		name   string
		change func(*Image)
		want   string
	}{
		{"not JSON", func(i *Image) { i.Config = []byte("<html>") }, "not an image's config"},
		{"no platform", func(i *Image) { i.Config = []byte(`{"os":"linux"}`) }, `no "os" or no "architecture"`},
		{"another config", func(i *Image) {
			i.Config = []byte(`{"os":"linux","architecture":"arm","rootfs":{"diff_ids":["sha256:1"]}}`)
		}, "1 diff IDs that are not those of the 1 layers"},
		{"fewer layers", func(i *Image) { i.Layers = nil }, "1 diff IDs that are not those of the 0 layers"},
		{"bad layer", func(i *Image) { i.Layers[0].Write = nil }, "layer 1 of 1 (100 bytes): nothing writes its bytes"},
	} {
		img := imageOf(t, data)
		test.change(&img)
		if _, err := NewHybrid(img); err == nil || !strings.HasPrefix(err.Error(), "image archive: ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
	}
}

func TestHybridIsCutAfterErrors(t *testing.T) {
	broken := errors.New("cannot read the object")
	good, data := randomBytes(100000), randomBytes(2048)
	for _, test := range []struct {
		name  string
		write func(context.Context, io.Writer) error
		want  string
	}{
		{"fails", func(context.Context, io.Writer) error { return broken }, broken.Error()},
		{"other bytes", layerOf(append([]byte{^data[0]}, data[1:]...), 100).Write, "its diff ID is"},
		{"too short", layerOf(data[:2047], 100).Write, "2047 bytes came, want 2048"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := hybridOf(t, good, data)
			h.image.Layers[1].Write = test.write
			var out bytes.Buffer
			p := progress.New(nil)
			err := h.Write(background, &out, HybridOptions{Progress: p})
			if err == nil || !strings.Contains(err.Error(), "image archive: layer 2 of 2 (2048 bytes): ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
			if !cut(out.Bytes()) {
				t.Error("the output is a whole tar")
			}
			if layers, _ := p.Sent(); layers != 1 {
				t.Errorf("%d layers count as sent", layers)
			}
		})
	}
	full := errors.New("disk full")
	for _, limit := range []int{0, 3000, 70000} {
		if err := hybridOf(t, good, data).Write(background, &failingWriter{limit, full}, HybridOptions{}); !errors.Is(err, full) {
			t.Errorf("limit %d: got %v", limit, err)
		}
	}
}
