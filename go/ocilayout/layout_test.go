package ocilayout_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	spec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/outdir"
)

// TestSpecification reads everything with the types of the specification, and
// wants nothing in the files that these do not have.
func TestSpecification(t *testing.T) {
	m := newImage(t, compress.Gzip, compress.Zstd, compress.None)
	folder := m.write(t, "hello", "v1")
	var layout spec.ImageLayout
	decode(t, readFile(t, folder, spec.ImageLayoutFile), &layout)
	if layout.Version != spec.ImageLayoutVersion {
		t.Errorf("layout version %q", layout.Version)
	}
	var index spec.Index
	decode(t, readFile(t, folder, spec.ImageIndexFile), &index)
	if index.SchemaVersion != 2 || index.MediaType != spec.MediaTypeImageIndex || len(index.Manifests) != 1 {
		t.Fatalf("index %+v", index)
	}
	d := index.Manifests[0]
	data := readFile(t, folder, "blobs", "sha256", d.Digest.Encoded())
	if d.MediaType != spec.MediaTypeImageManifest || d.Size != int64(len(data)) || !bytes.Equal(data, m.manifest(t)) {
		t.Errorf("descriptor %+v", d)
	}
	if p := d.Platform; p == nil || p.OS != "linux" || p.Architecture != "arm64" || p.Variant != "v8" {
		t.Errorf("platform %+v", p)
	}
	if d.Annotations[spec.AnnotationRefName] != "v1" || d.Annotations["io.containerd.image.name"] != "docker.io/library/hello:v1" || len(d.Annotations) != 2 {
		t.Errorf("annotations %v", d.Annotations)
	}
	var manifest spec.Manifest
	decode(t, data, &manifest)
	if manifest.SchemaVersion != 2 || manifest.MediaType != spec.MediaTypeImageManifest || manifest.Config.MediaType != spec.MediaTypeImageConfig {
		t.Errorf("manifest %+v", manifest)
	}
	if got := readFile(t, folder, "blobs", "sha256", manifest.Config.Digest.Encoded()); !bytes.Equal(got, m.config) {
		t.Errorf("config %s", got)
	}
	var mediaTypes []string
	for i, l := range manifest.Layers {
		mediaTypes = append(mediaTypes, l.MediaType)
		if got := readFile(t, folder, "blobs", "sha256", l.Digest.Encoded()); !bytes.Equal(got, m.blobs[m.descriptors[i].Digest]) {
			t.Errorf("layer %d is not its blob", i)
		}
	}
	if want := []string{spec.MediaTypeImageLayerGzip, spec.MediaTypeImageLayerZstd, spec.MediaTypeImageLayer}; !slices.Equal(mediaTypes, want) {
		t.Errorf("media types %q, want %q", mediaTypes, want)
	}
}

func decode(t *testing.T, data []byte, v any) {
	t.Helper()
	if err := jsonfile.Decode(data, v); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
}

// TestDockerManifest: a tar of the folder is a docker archive too.
func TestDockerManifest(t *testing.T) {
	m := newImage(t, compress.Gzip, compress.Gzip)
	folder := m.write(t, "ghcr.io/me/hello", "v1")
	var got []struct {
		Config           string
		RepoTags, Layers []string
	}
	decode(t, readFile(t, folder, "manifest.json"), &got)
	if len(got) != 1 || !slices.Equal(got[0].RepoTags, []string{"ghcr.io/me/hello:v1"}) || len(got[0].Layers) != 2 {
		t.Fatalf("got %+v", got)
	}
	if !bytes.Equal(readFile(t, folder, got[0].Config), m.config) {
		t.Error("not the config")
	}
	for i, name := range got[0].Layers {
		if !bytes.Equal(readFile(t, folder, name), m.blobs[m.descriptors[i].Digest]) {
			t.Errorf("layer %d is not its blob", i)
		}
	}
}

// TestRepeatedLayer: a layer that is there twice is stored once.
func TestRepeatedLayer(t *testing.T) {
	m := newImage(t, compress.Gzip)
	m.layers = append(m.layers, m.layers[0])
	m.setConfig(t)
	folder := m.write(t, "hello", "v1")
	var names []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil || len(names) != 6 {
		t.Errorf("files: %q, %v", names, err)
	}
}

func TestAgain(t *testing.T) {
	a, b := newImage(t, compress.Gzip, compress.Zstd).write(t, "x", "y"), newImage(t, compress.Gzip, compress.Zstd).write(t, "x", "y")
	if err := os.RemoveAll(filepath.Join(b, "x")); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(a, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !bytes.Equal(readFile(t, path), readFile(t, b, strings.TrimPrefix(path, a))) {
			t.Errorf("%s differs", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWriteErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*made, *ocilayout.Image)
		want   string
	}{
		{"blob that is missing", func(m *made, _ *ocilayout.Image) { clear(m.blobs) }, "blob of layer 1 of 2, sha256:"},
		{"blob that is too long", func(m *made, _ *ocilayout.Image) {
			m.blobs[m.descriptors[1].Digest] = append(m.blobs[m.descriptors[1].Digest], 0)
		}, "blob of layer 2 of 2, sha256:"},
		{"blob with other bytes", func(m *made, _ *ocilayout.Image) { m.blobs[m.descriptors[1].Digest][9] ^= 1 }, "its bytes have the digest sha256:"},
		{"another image's config", func(_ *made, img *ocilayout.Image) { img.Config = append(img.Config, ' ') }, "the manifest is for the config sha256:"},
		{"a config that is none", func(_ *made, img *ocilayout.Image) { img.Config = []byte("{}") }, `not an image's config: no "os"`},
		{"a manifest that is none", func(_ *made, img *ocilayout.Image) { img.Manifest = []byte("{}") }, "not an image manifest"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newImage(t, compress.Gzip, compress.Gzip)
			img := ocilayout.Image{Manifest: m.manifest(t), Config: bytes.Clone(m.config), Blobs: m, Name: "x", Tag: "y"}
			test.change(m, &img)
			folder := filepath.Join(t.TempDir(), "layout")
			dir, err := outdir.Create(folder)
			if err != nil {
				t.Fatal(err)
			}
			defer dir.Discard()
			if err := ocilayout.Write(dir, img); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestSizeError(t *testing.T) {
	m := newImage(t, compress.Gzip)
	m.descriptors[0].Size--
	dir, err := outdir.Create(filepath.Join(t.TempDir(), "layout"))
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Discard()
	err = ocilayout.Write(dir, ocilayout.Image{Manifest: m.manifest(t), Config: m.config, Blobs: m, Name: "x", Tag: "y"})
	size, _ := json.Marshal(m.descriptors[0].Size + 1)
	if err == nil || !strings.Contains(err.Error(), "it has "+string(size)+" bytes, but the manifest says ") {
		t.Errorf("got %v", err)
	}
}

// TestNames: the names in a layout are full, whatever was left out of them.
func TestNames(t *testing.T) {
	m := newImage(t, compress.Gzip)
	for _, test := range []struct{ name, want string }{
		{"hello", "docker.io/library/hello:1"},
		{"me/hello", "docker.io/me/hello:1"},
		{"docker.io/hello", "docker.io/library/hello:1"},
		{"index.docker.io/me/hello", "docker.io/me/hello:1"},
		{"localhost:5000/hello", "localhost:5000/hello:1"},
	} {
		var index spec.Index
		decode(t, readFile(t, m.write(t, test.name, "1"), spec.ImageIndexFile), &index)
		if got := index.Manifests[0].Annotations["io.containerd.image.name"]; got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestBadNames(t *testing.T) {
	m := newImage(t, compress.Gzip)
	for _, test := range []struct{ name, tag, want string }{
		{"a..b", "1", `"a..b:1" is not a name for an image`},
		{"hello", "-1", `the tag "-1"`},
	} {
		dir, err := outdir.Create(filepath.Join(t.TempDir(), "layout"))
		if err != nil {
			t.Fatal(err)
		}
		err = ocilayout.Write(dir, ocilayout.Image{Manifest: m.manifest(t), Config: m.config, Blobs: m, Name: test.name, Tag: test.tag})
		dir.Discard()
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
}
