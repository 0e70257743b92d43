package imagefile

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

const (
	app   = store.Path("/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-app")
	lib   = store.Path("/nix/store/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-lib")
	other = store.Path("/nix/store/cccccccccccccccccccccccccccccccc-other")
)

// built is an image as Bazel leaves it: hello.image.json, and hello.runfiles
// with app as a NAR, lib and other as files, and a layer for app alone.
type built struct{ folder string }

func build(t *testing.T) built {
	t.Helper()
	b := built{t.TempDir()}
	b.writeNAR(t, "_main/app.nar", "app\n")
	b.write(t, "_main/lib.so", "lib\n")
	b.write(t, "_main/lib.manifest", "file\x000444\x00lib/lib.so\x00_main/lib.so\n")
	b.write(t, "_main/other.manifest", "symlink\x00\x00l\x00"+string(lib)+"\n")
	b.write(t, "_main/objects", string(app)+"\x00_main/app.nar\n"+string(lib)+"\x00@_main/lib.manifest\n"+string(other)+"\x00@_main/other.manifest\n")
	b.write(t, "_main/tag", "latest\n")
	b.write(t, "_main/customisation.tar", strings.Repeat("\x00", 10240))

	objects, err := readSources(b.path("_main/objects"), places{dir: b.path("")})
	if err != nil {
		t.Fatal(err)
	}
	var layers []image.Layer
	for _, paths := range [][]store.Path{{app}, {lib, other}} {
		m, err := image.WriteStoreLayer(io.Discard, paths, objects, layer.DefaultOptions())
		if err != nil {
			t.Fatal(err)
		}
		layers = append(layers, image.Layer{DiffID: m.DiffID, Entries: m.Entries, Kind: image.StoreLayer, Size: m.Size, StorePaths: paths})
	}
	layers = append(layers, image.Layer{
		DiffID: fmt.Sprintf("sha256:%x", sha256.Sum256(make([]byte, 10240))), Size: 10240, Kind: image.CustomisationLayer, StorePaths: []store.Path{},
	})
	config, err := image.Config(image.Settings{User: json.RawMessage("{}"), Created: time.Unix(1, 0), OS: "linux", Architecture: "amd64"}, layers)
	if err != nil {
		t.Fatal(err)
	}
	b.write(t, "_main/config.json", string(config))
	b.writeJSON(t, "_main/layers.json", image.Layers{Layers: layers, Version: jsonfile.Version})
	b.describe(t, func(map[string]any) {})
	return b
}

func (b built) path(name string) string { return filepath.Join(b.folder, "hello.runfiles", name) }

func (b built) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(b.path(name)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(b.path(name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (b built) writeJSON(t *testing.T, name string, v any) {
	t.Helper()
	data, err := jsonfile.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	b.write(t, name, string(data))
}

// writeNAR writes a NAR of a directory with one program.
func (b built) writeNAR(t *testing.T, name, content string) {
	t.Helper()
	var buf bytes.Buffer
	w := nar.NewWriter(&buf)
	for _, e := range []nar.Entry{{Type: nar.Directory}, {Path: "app", Type: nar.Regular, Executable: true, Size: int64(len(content))}} {
		if err := w.WriteHeader(e); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b.write(t, name, buf.String())
}

// describe writes hello.image.json.
func (b built) describe(t *testing.T, change func(map[string]any)) {
	t.Helper()
	d := map[string]any{
		"config": "_main/config.json", "customisation": "_main/customisation.tar", "layers": "_main/layers.json",
		"objects": "_main/objects", "tag": "_main/tag", "name": "registry.example/hello",
		"mtime": "1970-01-01T00:00:01Z", "uid": 0, "gid": 0, "uname": "root", "gname": "root", "store_dir": "/nix/store", "version": 1,
	}
	change(d)
	b.writeJSON(t, "../hello.image.json", d)
}

func (b built) open() (*Image, error) {
	return Open(filepath.Join(b.folder, "hello.image.json"), b.path(""))
}

func (b built) mustOpen(t *testing.T) *Image {
	t.Helper()
	img, err := b.open()
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestOpen(t *testing.T) {
	img := build(t).mustOpen(t)
	if img.Name != "registry.example/hello" || img.Tag != "latest" || img.Ref() != "registry.example/hello:latest" {
		t.Errorf("got %q, %q, %q", img.Name, img.Tag, img.Ref())
	}
	var config struct {
		RootFS struct {
			DiffIDs []string `json:"diff_ids"`
		} `json:"rootfs"`
	}
	if err := json.Unmarshal(img.Config, &config); err != nil || !slices.Equal(config.RootFS.DiffIDs, img.DiffIDs()) || len(img.DiffIDs()) != 3 {
		t.Errorf("diff IDs %q, the config has %q, %v", img.DiffIDs(), config.RootFS.DiffIDs, err)
	}
}

func TestArchive(t *testing.T) {
	img := build(t).mustOpen(t)
	a := img.Archive()
	if !slices.Equal(a.RepoTags, []string{"registry.example/hello:latest"}) || !bytes.Equal(a.Config, img.Config) {
		t.Errorf("got %q, %s", a.RepoTags, a.Config)
	}
	var described []string
	for _, l := range a.Layers {
		described = append(described, l.Describe)
	}
	if want := []string{"app", "lib and 1 more", "links to the contents"}; !slices.Equal(described, want) {
		t.Errorf("layers are %q, want %q", described, want)
	}
	// An archive can be written again.
	var first []byte
	for range 2 {
		var out bytes.Buffer
		if err := archive.Write(t.Context(), &out, img.Archive()); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = out.Bytes()
		} else if !bytes.Equal(first, out.Bytes()) {
			t.Error("two archives differ")
		}
	}
	checkLayerFiles(t, first, img.DiffIDs())
}

// checkLayerFiles checks that the layers of an archive are what their names
// say.
func checkLayerFiles(t *testing.T, data []byte, diffIDs []string) {
	t.Helper()
	var found []string
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(h.Name, "/layer.tar") {
			continue
		}
		digest := sha256.New()
		if _, err := io.Copy(digest, r); err != nil {
			t.Fatal(err)
		}
		found = append(found, fmt.Sprintf("sha256:%x", digest.Sum(nil)))
	}
	if !slices.Equal(found, diffIDs) {
		t.Errorf("layers %q, want %q", found, diffIDs)
	}
}

// TestArchiveErrors: what changed after the build is noticed while writing.
func TestArchiveErrors(t *testing.T) {
	for _, test := range []struct {
		name    string
		change  func(t *testing.T, b built)
		wantErr []string
	}{
		{"a NAR changed", func(t *testing.T, b built) { b.writeNAR(t, "_main/app.nar", "APP\n") },
			[]string{"layer 1 of 3 (app): its diff ID is sha256:", "build it again"}},
		{"a NAR grew", func(t *testing.T, b built) { b.writeNAR(t, "_main/app.nar", strings.Repeat("app\n", 10_000)) },
			[]string{"layer 1 of 3 (app): ", "more than 10240 bytes came"}},
		{"a NAR is no longer one", func(t *testing.T, b built) { b.write(t, "_main/app.nar", "hello") },
			[]string{"layer 1 of 3 (app): " + string(app), "app.nar", "not a NAR"}},
		{"a NAR is gone", func(t *testing.T, b built) { b.remove(t, "_main/app.nar") }, []string{"app.nar", "no such file"}},
		{"a file changed", func(t *testing.T, b built) { b.write(t, "_main/lib.so", "LIB\n") },
			[]string{"layer 2 of 3 (lib and 1 more): its diff ID is sha256:"}},
		{"a file is gone", func(t *testing.T, b built) { b.remove(t, "_main/lib.so") },
			[]string{"layer 2 of 3 (lib and 1 more): " + string(lib) + " from ", "lib.manifest", `the source of "lib/lib.so"`}},
		{"a manifest is gone", func(t *testing.T, b built) { b.remove(t, "_main/lib.manifest") }, []string{"lib.manifest", "no such file"}},
		{"a manifest is another", func(t *testing.T, b built) { b.write(t, "_main/lib.manifest", "junk\n") }, []string{string(lib) + " from ", "line 1"}},
		{"the links changed", func(t *testing.T, b built) {
			b.write(t, "_main/customisation.tar", strings.Repeat("\x01", 10240))
		},
			[]string{"layer 3 of 3 (links to the contents): its diff ID is"}},
		{"the links are cut", func(t *testing.T, b built) { b.write(t, "_main/customisation.tar", "") },
			[]string{"layer 3 of 3 (links to the contents): 0 bytes came, want 10240"}},
		{"the links are gone", func(t *testing.T, b built) { b.remove(t, "_main/customisation.tar") }, []string{"customisation.tar", "no such file"}},
		{"an object is not listed", func(t *testing.T, b built) { b.write(t, "_main/objects", string(app)+"\x00_main/app.nar\n") },
			[]string{string(lib) + " is not among the image's objects: build the image again"}},
		{"another owner", func(t *testing.T, b built) { b.describe(t, func(d map[string]any) { d["uid"] = 1000 }) }, []string{"layer 1 of 3 (app): its diff ID is sha256:"}},
		{"an owner that there is not", func(t *testing.T, b built) { b.describe(t, func(d map[string]any) { d["gid"] = -1 }) }, []string{"gid -1 is not between 0 and"}},
		{"another time", func(t *testing.T, b built) { b.describe(t, func(d map[string]any) { d["mtime"] = "2" }) }, []string{"layer 1 of 3 (app): its diff ID is sha256:"}},
		{"another store directory", func(t *testing.T, b built) { b.describe(t, func(d map[string]any) { d["store_dir"] = "/opt/store" }) }, []string{string(app), "/opt/store"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := build(t)
			test.change(t, b)
			err := archive.Write(t.Context(), io.Discard, b.mustOpen(t).Archive())
			for _, want := range test.wantErr {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s", err, want)
				}
			}
		})
	}
}

func (b built) remove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(b.path(name)); err != nil {
		t.Fatal(err)
	}
}

func TestOpenErrors(t *testing.T) {
	drop := func(field string) func(*testing.T, built) {
		return func(t *testing.T, b built) { b.describe(t, func(d map[string]any) { delete(d, field) }) }
	}
	replace := func(name, content string) func(*testing.T, built) {
		return func(t *testing.T, b built) { b.write(t, name, content) }
	}
	remove := func(name string) func(*testing.T, built) {
		return func(t *testing.T, b built) { b.remove(t, name) }
	}
	const gone = "no such file or directory: build the image again, without --nobuild_runfile_links"
	for _, test := range []struct {
		name    string
		change  func(*testing.T, built)
		wantErr []string
	}{
		{"no description", remove("../hello.image.json"), []string{"hello.image.json", "no such file"}},
		{"description that is not JSON", replace("../hello.image.json", "hello"), []string{"hello.image.json: not a JSON object"}},
		{"description of another version", replace("../hello.image.json", `{"version": 2}`), []string{"version 2, want 1"}},
		{"description with an unknown field", replace("../hello.image.json", `{"version": 1, "x": 1}`), []string{`unknown field "x"`}},
		{"no config in it", drop("config"), []string{`hello.image.json: no "config"`}},
		{"no customisation in it", drop("customisation"), []string{`hello.image.json: no "customisation"`}},
		{"no layers in it", drop("layers"), []string{`hello.image.json: no "layers"`}},
		{"no name in it", drop("name"), []string{`hello.image.json: no "name"`}},
		{"no objects in it", drop("objects"), []string{`hello.image.json: no "objects"`}},
		{"no store directory in it", drop("store_dir"), []string{`hello.image.json: no "store_dir"`}},
		{"no tag in it", drop("tag"), []string{`hello.image.json: no "tag"`}},
		{"no time in it", drop("mtime"), []string{"hello.image.json: mtime: ", "is neither a number of seconds nor a time"}},
		{"config is gone", remove("_main/config.json"), []string{"config.json: " + gone}},
		{"layers are gone", remove("_main/layers.json"), []string{"layers.json: " + gone}},
		{"tag is gone", remove("_main/tag"), []string{"tag: " + gone}},
		{"objects are gone", remove("_main/objects"), []string{"objects: " + gone}},
		{"empty tag", replace("_main/tag", " \n"), []string{"tag: no tag"}},
		{"config that is not JSON", replace("_main/config.json", "x"), []string{"config.json: not an image's config: invalid character"}},
		{"config without an OS", replace("_main/config.json", `{"rootfs":{"diff_ids":[]}}`), []string{`config.json: not an image's config: no "os"`}},
		{"config without rootfs", replace("_main/config.json", `{"os":"linux"}`), []string{`config.json: not an image's config: no "rootfs"`}},
		{"config of another image", replace("_main/config.json", `{"os":"linux","rootfs":{"diff_ids":["sha256:0"]}}`),
			[]string{"config.json: it has 1 diff IDs which are not those of the image's 3 layers: build the image again"}},
		{"layers that are not JSON", replace("_main/layers.json", "x"), []string{"layers.json: not a JSON object"}},
		{"layer of an unknown kind", replace("_main/layers.json", `{"layers":[{"kind":"top"}],"version":1}`), []string{`layers.json: layer 1 has the unknown kind "top"`}},
		{"store layer on the links", replace("_main/layers.json", `{"layers":[{"kind":"customisation"},{"kind":"store"}],"version":1}`),
			[]string{"layers.json: layer 2 is of the kind store and lies on one of the kind customisation"}},
		{"object without a source", replace("_main/objects", string(app)+"\x00\n"), []string{"objects: line 1: ", "want STORE_PATH, NUL, SOURCE, newline"}},
		{"object without a NUL", replace("_main/objects", string(app)+"\x00x\n"+string(lib)+"\n"), []string{"objects: line 2: "}},
		{"objects that are cut", replace("_main/objects", string(app)+"\x00x"), []string{"objects: line 1: ", "newline"}},
		{"object without a store path", replace("_main/objects", "/nix/store/app\x00x\n"), []string{`objects: line 1: "/nix/store/app" is not a store path`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := build(t)
			test.change(t, b)
			img, err := b.open()
			if err == nil || img != nil {
				t.Fatalf("got %v, %v", img, err)
			}
			for _, want := range test.wantErr {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s", err, want)
				}
			}
		})
	}
}

// TestOpenObject: an object of files is found wherever the runfiles are.
func TestOpenObject(t *testing.T) {
	img := build(t).mustOpen(t)
	t.Chdir(t.TempDir())
	for path, want := range map[store.Path]string{app: "app", lib: "lib/lib.so", other: "l"} {
		o, err := img.Objects.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := last(o).Path; got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}
}

func last(o *object.Object) object.Entry { return o.Entries()[len(o.Entries())-1] }
