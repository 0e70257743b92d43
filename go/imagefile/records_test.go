package imagefile

import (
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/image"
)

// ofImage are the records of a built image, without its objects.
func ofImage() []string {
	return []string{
		"uid\x000", "gid\x000", "uname\x00root", "gname\x00root", "name\x00registry.example/hello", "store_dir\x00/nix/store",
		"mtime\x001970-01-01T00:00:01Z", "config\x00_main/config.json", "layers\x00_main/layers.json", "tag\x00_main/tag",
		"customisation\x00_main/customisation.tar",
	}
}

// ofObjects are the records of its objects.
func ofObjects() []string {
	return []string{
		"object\x00" + string(app), "nar\x00_main/app.nar",
		"object\x00" + string(lib), "input\x00_main/lib.so", "file\x000444\x00lib/lib.so\x00_main/lib.so",
		"object\x00" + string(other), "symlink\x00\x00l\x00" + string(lib),
	}
}

// record writes the records of an image, whose paths are from its runfiles on,
// where the test then is.
func (b built) record(t *testing.T, records ...[]string) (file string) {
	t.Helper()
	t.Chdir(b.path(""))
	b.write(t, "image.records", strings.Join(slices.Concat(records...), "\n")+"\n")
	return "image.records"
}

func mustRead(t *testing.T, file string) *Records {
	t.Helper()
	r, err := ReadRecords(file)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRecords: the image is the same by its records and by its description.
func TestRecords(t *testing.T) {
	b := build(t)
	want := b.mustOpen(t)
	img, err := OpenRecords(b.record(t, ofImage(), ofObjects()))
	if err != nil {
		t.Fatal(err)
	}
	if img.Ref() != want.Ref() || !reflect.DeepEqual(img.Options, want.Options) || !slices.Equal(writeArchive(t, img), writeArchive(t, want)) {
		t.Errorf("got %s, %+v, want %s, %+v", img.Ref(), img.Options, want.Ref(), want.Options)
	}
}

// TestRecordsOnBase: an image of ours to build on, and one that this is built on.
func TestRecordsOnBase(t *testing.T) {
	below := build(t).mustOpen(t)
	b := build(t)
	b.write(t, "_main/base.tar", string(writeArchive(t, below)))
	b.onBase(t, below, map[string]any{"archive": "_main/base.tar", "name": "", "tag": ""})
	for _, name := range []string{"config.json", "layers.json"} {
		b.write(t, "_main/middle/"+name, readText(t, b, "_main/"+name))
	}
	middle := b.mustOpen(t)
	defer middle.Close()
	b.again(t, middle)
	ofMiddle := strings.Split(strings.NewReplacer("_main/config", "_main/middle/config", "_main/layers", "_main/middle/layers").Replace(strings.Join(ofImage(), "\n")), "\n")
	archived := []string{"base.archive\x00_main/base.tar", "base.name\x00registry.example/hello", "base.tag\x00latest", "base.architecture\x00amd64"}
	file := b.record(t, ofImage(), ofObjects(), []string{"base"}, ofMiddle, archived, ofObjects())
	records := mustRead(t, file)
	img, err := records.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	if len(img.DiffIDs()) != 3+4+4 {
		t.Errorf("got %d layers", len(img.DiffIDs()))
	}
	checkLayerFiles(t, writeArchive(t, img), uniqueOf(img.DiffIDs()))

	in := records.Inputs()
	if in.Config != "_main/config.json" || in.Layers != "_main/layers.json" || in.Tag != "_main/tag" || in.Customisation != "_main/customisation.tar" {
		t.Errorf("got %+v", in)
	}
	want := []string{"_main/middle/config.json", "_main/customisation.tar", "_main/middle/layers.json", "_main/tag", "_main/app.nar", "_main/lib.so", "_main/base.tar"}
	if !slices.Equal(in.Base, want) {
		t.Errorf("files of the base are %q, want %q", in.Base, want)
	}
	if got, want := in.Objects.InputsExcept(nil), []string{"_main/app.nar", "_main/lib.so"}; !slices.Equal(got, want) {
		t.Errorf("files of objects are %q, want %q", got, want)
	}

	b.remove(t, "_main/middle/layers.json")
	img, err = records.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := img.WriteLayer(t.Context(), 0, io.Discard); err == nil || !strings.Contains(err.Error(), "the base image cannot be read: open _main/middle/layers.json: no such file") {
		t.Errorf("got %v", err)
	}
}

// again is onBase for what was built on something else before; records say what
// the base is.
func (b built) again(t *testing.T, under *Image) {
	t.Helper()
	fresh := build(t)
	for _, name := range []string{"config.json", "layers.json"} {
		b.write(t, "_main/"+name, readText(t, fresh, "_main/"+name))
	}
	b.describe(t, func(map[string]any) {})
	b.onBase(t, under, map[string]any{"archive": "absent"})
}

// TestRecordsOfBaseAlone: an image may be its base as it is; of one that is in a
// registry alone the layers are not there.
func TestRecordsOfBaseAlone(t *testing.T) {
	b := build(t)
	below := b.alone(t, func(map[string]any, *image.Layers) {})
	own := slices.DeleteFunc(ofImage(), func(record string) bool { return strings.HasPrefix(record, "customisation") })
	img, err := OpenRecords(b.record(t, own, []string{"base.archive\x00_main/base.tar", "base.repository\x00registry.example/debian"}))
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	checkLayerFiles(t, writeArchive(t, img), uniqueOf(below.DiffIDs()))

	b.write(t, "_main/manifest.json", "{}")
	remote, err := OpenRecords(b.record(t, own, []string{"manifest\x00_main/manifest.json", "base.repository\x00registry.example/debian"}))
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteLayer(t.Context(), 0, io.Discard); err == nil || !strings.Contains(err.Error(), "they are in registry.example/debian and not here") {
		t.Errorf("got %v", err)
	}
}

// TestRecordsWithStrangePaths: only NUL and newline mean something.
func TestRecordsWithStrangePaths(t *testing.T) {
	b := build(t)
	const strange = "_main/a %s=@\\ \t\r\xff\u00e9:\"'.tag"
	if err := os.Rename(b.path("_main/tag"), b.path(strange)); err != nil {
		t.Skip("a file system without such names")
	}
	own := ofImage()
	own[slices.Index(own, "tag\x00_main/tag")] = "tag\x00" + strange
	records := mustRead(t, b.record(t, own, ofObjects()))
	if img, err := records.Open(); err != nil || img.Tag != "latest" || records.Inputs().Tag != strange {
		t.Errorf("got %q, %v", records.Inputs().Tag, err)
	}
}

// TestRecordsWithTimeInFile: a time can be in a file, and one of "now" is that of
// dockerTools' default.
func TestRecordsWithTimeInFile(t *testing.T) {
	for text, want := range map[string]int64{"@_main/time": 123, "now": builtMTime, "@7": 0} {
		b := build(t)
		b.write(t, "_main/time", "123\n")
		own := ofImage()
		own[slices.Index(own, "mtime\x001970-01-01T00:00:01Z")] = "mtime\x00" + text
		img, err := OpenRecords(b.record(t, own, ofObjects()))
		switch {
		case want == 0 && (err == nil || !strings.HasPrefix(err.Error(), "image.records: mtime: ")):
			t.Errorf("%s: got %v", text, err)
		case want != 0 && err != nil:
			t.Error(err)
		case want != 0 && img.Options.MTime != want:
			t.Errorf("%s: got %d", text, img.Options.MTime)
		}
	}
}

func TestRecordsErrors(t *testing.T) {
	without := func(key string) []string {
		return slices.DeleteFunc(slices.Concat(ofImage(), ofObjects()), func(record string) bool { return strings.HasPrefix(record, key+"\x00") })
	}
	with := func(records ...string) []string { return slices.Concat(ofImage(), records) }
	for _, test := range []struct {
		name    string
		records []string
		wantErr string
	}{
		{"no config", without("config"), `no "config"`},
		{"no layers", without("layers"), `no "layers"`},
		{"no name", without("name"), `no "name"`},
		{"no store directory", without("store_dir"), `no "store_dir"`},
		{"no tag", without("tag"), `no "tag"`},
		{"no customisation", without("customisation"), `no "customisation"`},
		{"an empty config", append([]string{"config\x00"}, without("config")...), `no "config"`},
		{"unknown key", with("colour\x00red"), `line 12: unknown record "colour"`},
		{"unknown key of the base", with("base.colour\x00red"), `line 12: unknown record "base.colour"`},
		{"no key", with(""), `line 12: unknown record ""`},
		{"twice", with("tag\x00x"), `line 12: "tag" is there twice`},
		{"a base's twice", with("base.tag\x00x", "base.tag\x00x"), `line 13: "base.tag" is there twice`},
		{"a bad number", append([]string{"uid\x00root"}, without("uid")...), `line 1: uid: strconv.ParseInt: parsing "root"`},
		{"a bad object", with("object\x00/nix/store/x"), `line 12: "/nix/store/x" is not a store path`},
		{"an object twice", with(slices.Concat(ofObjects(), ofObjects())...), "line 19: " + string(app) + " is there twice"},
		{"part of an object", with("nar\x00x"), `line 12: unknown record "nar"`},
		{"a base that selects nothing", with("base.tag\x00x"), `"base": want "image", "archive" or "origin"`},
		{"a base in a registry below own layers", with("base.repository\x00x"), `"base" has only an "origin"`},
		{"a base and nothing about it", with("base"), `base: no "config"`},
		{"a base that is not whole", with(append([]string{"base"}, without("layers")...)...), `base: no "layers"`},
		{"a base of a base and nothing about it", with(append([]string{"base"}, with("base")...)...), `base: base: no "config"`},
		{"two bases", with("base.archive\x00x", "base"), `line 13: "base": the image is built on another one already`},
		{"an archive after the base", with(append([]string{"base"}, with("base.archive\x00x", "base")...)...), `line 25: "base": the image is built`},
		{"a file after the objects", with(append(ofObjects(), "config\x00x")...), `line 19: "config" comes after the objects`},
		{"a name of the base after the objects", with(append(ofObjects(), "base.name\x00x")...), `line 19: "base.name" comes after the objects`},
		{"nothing", nil, `line 1: unknown record ""`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := OpenRecords(build(t).record(t, test.records))
			if want := "image.records: " + test.wantErr; err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
	missing := filepath.Join(t.TempDir(), "missing")
	if _, err := OpenRecords(missing); err == nil || !strings.Contains(err.Error(), missing) {
		t.Errorf("got %v", err)
	}
	cut := filepath.Join(t.TempDir(), "cut")
	if err := os.WriteFile(cut, []byte(strings.Join(ofImage(), "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenRecords(cut); err == nil || !strings.HasPrefix(err.Error(), cut+": line 11: it has no newline at its end: the file is truncated") {
		t.Errorf("got %v", err)
	}
}
