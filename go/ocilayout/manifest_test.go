package ocilayout_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/store"
)

func TestManifestGolden(t *testing.T) {
	digits := strings.Repeat("a", 64)
	layers := []image.Layer{{DiffID: "sha256:" + digits, Kind: image.StoreLayer}, {DiffID: "sha256:" + digits, Kind: image.StoreLayer}}
	blobs := []blob.Descriptor{{
		DiffID: "sha256:" + digits, Digest: "sha256:" + strings.Repeat("b", 64), MediaType: compress.Zstd.LayerMediaType(), Size: 5,
	}}
	config := []byte(`{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":["sha256:` + digits + `","sha256:` + digits + `"]}}`)
	m, err := ocilayout.NewManifest(layers, config, blobs, map[string]string{"b": "<2>", "a": "1"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	layer := `{"digest":"sha256:` + strings.Repeat("b", 64) + `","mediaType":"application/vnd.oci.image.layer.v1.tar+zstd","size":5}`
	want := `{"annotations":{"a":"1","b":"<2>"},"config":{"digest":"` + ocilayout.Digest(config) +
		`","mediaType":"application/vnd.oci.image.config.v1+json","size":209},"layers":[` + layer + "," + layer +
		`],"mediaType":"application/vnd.oci.image.manifest.v1+json","schemaVersion":2}` + "\n"
	if string(got) != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	again, err := ocilayout.ParseManifest(got)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := again.Encode(); err != nil || !bytes.Equal(data, got) {
		t.Errorf("read and written again: %s, %v", data, err)
	}
}

// TestManifestOrder: the layers are in the image's order, not the blobs'; of
// two blobs of one layer the first is taken.
func TestManifestOrder(t *testing.T) {
	m := newImage(t, compress.Gzip, compress.Zstd, compress.None)
	var want []string
	for _, d := range m.descriptors {
		want = append(want, d.Digest)
	}
	other := m.descriptors[0]
	other.Digest = m.descriptors[1].Digest
	blobs := []blob.Descriptor{m.descriptors[2], m.descriptors[0], m.descriptors[1], other}
	manifest, err := ocilayout.NewManifest(m.layers, m.config, blobs, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range manifest.Layers {
		if l.Digest != want[i] || l.MediaType != m.descriptors[i].MediaType || l.Size != m.descriptors[i].Size {
			t.Errorf("layer %d is %+v, want %s", i, l, want[i])
		}
	}
}

func TestManifestErrors(t *testing.T) {
	object := func(name string) store.Path { return store.Path("/nix/store/" + strings.Repeat("a", 32) + "-" + name) }
	for _, test := range []struct {
		name   string
		change func(*made)
		want   string
	}{
		{"no blob of a layer", func(m *made) { m.descriptors = m.descriptors[:1] }, "layer 2 of 2 (customisation): no descriptor of a blob has its diff ID, sha256:"},
		{"no blob of an object", func(m *made) {
			m.descriptors, m.layers[0].StorePaths = m.descriptors[1:], []store.Path{object("hello")}
		}, "layer 1 of 2 (" + string(object("hello")) + "): no descriptor"},
		{"no blob of objects", func(m *made) {
			m.descriptors, m.layers[0].StorePaths = nil, []store.Path{object("a"), object("b"), object("c")}
		}, "layer 1 of 2 (" + string(object("a")) + " and 2 more): no descriptor"},
		{"config of another image", func(m *made) { m.layers = m.layers[:1] }, "the config has 2 diff IDs that are not those of the 1 layers"},
		{"config that is not JSON", func(m *made) { m.config = []byte("x") }, "not an image's config: invalid character"},
		{"config without an OS", func(m *made) { m.config = []byte(`{"architecture":"amd64"}`) }, `not an image's config: no "os"`},
		{"config without an architecture", func(m *made) { m.config = []byte(`{"os":"linux"}`) }, `no "architecture"`},
		{"config without layers", func(m *made) { m.config = []byte(`{"os":"linux","architecture":"amd64"}`) }, `no "diff_ids" in "rootfs"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newImage(t, compress.Gzip, compress.Gzip)
			test.change(m)
			if _, err := ocilayout.NewManifest(m.layers, m.config, m.descriptors, nil); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestParseManifestErrors(t *testing.T) {
	good := string(newImage(t, compress.Gzip).manifest(t))
	for _, test := range []struct{ name, text, want string }{
		{"not JSON", "x", "not an image manifest: invalid character"},
		{"an index", strings.Replace(good, "image.manifest", "image.index", 1), `"mediaType" is "application/vnd.oci.image.index.v1+json", want 2 and "application/vnd.oci.image.manifest`},
		{"schema 1", strings.Replace(good, `"schemaVersion":2`, `"schemaVersion":1`, 1), `"schemaVersion" is 1`},
		{"unknown field", strings.Replace(good, `"schemaVersion":2`, `"schemaVersion":2,"x":1`, 1), `unknown field "x"`},
		{"unknown algorithm", strings.ReplaceAll(good, "sha256:", "md5:"), `image manifest: the digest "md5:`},
	} {
		if _, err := ocilayout.ParseManifest([]byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
	}
}
