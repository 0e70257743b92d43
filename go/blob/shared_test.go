package blob_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/outdir"
	"github.com/rules-strata/rules_strata/go/store"
)

// files are objects that are files of one content each.
type files map[store.Path]string

func (f files) Open(path store.Path) (*object.Object, error) {
	return object.ReadManifest(path, strings.NewReader("file\x000444\x00\x00"+f[path]+"\n"), "")
}

func newFiles(t *testing.T, names ...string) (files, []store.Path) {
	t.Helper()
	objects := files{}
	var paths []store.Path
	for i, name := range names {
		path := store.Path("/nix/store/" + strings.Repeat(string("abcd"[i]), 32) + "-" + name)
		objects[path] = filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(objects[path], []byte("content of "+name), 0o644); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return objects, paths
}

func TestWriteShared(t *testing.T) {
	objects, paths := newFiles(t, "a", "b", "c", "d")
	o := layer.DefaultOptions()
	o.MTime = 7
	whiteouts := func(w io.Writer) error {
		_, err := layer.WriteWhiteouts(w, o.StoreDir, []string{paths[1].Base(), paths[3].Base()}, o.MTime)
		return err
	}
	tarOf := func(paths ...store.Path) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := image.WriteStoreLayer(w, paths, objects, o)
			return err
		}
	}
	for _, test := range []struct {
		name string
		plan layering.Plan
		want []func(io.Writer) error
	}{
		{"nothing", layering.Plan{}, nil},
		{"nothing shared", layering.Plan{Layers: [][]store.Path{{paths[0]}, {paths[1]}}}, nil},
		{"one layer of two", layering.Plan{Layers: [][]store.Path{{paths[0]}, {paths[2], paths[1]}}}, []func(io.Writer) error{tarOf(paths[2], paths[1])}},
		{"two layers", layering.Plan{Layers: [][]store.Path{paths[:2], paths[2:]}}, []func(io.Writer) error{tarOf(paths[:2]...), tarOf(paths[2:]...)}},
		{"whiteouts below", layering.Plan{Layers: [][]store.Path{paths}, Replaced: []store.Path{paths[1], paths[3]}}, []func(io.Writer) error{whiteouts, tarOf(paths...)}},
		{"whiteouts alone", layering.Plan{Replaced: []store.Path{paths[1], paths[3]}}, []func(io.Writer) error{whiteouts}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, kind := range []compress.Kind{compress.Gzip, compress.Zstd} {
				folder := filepath.Join(t.TempDir(), "out")
				dir, err := outdir.Create(folder)
				if err != nil {
					t.Fatal(err)
				}
				defer dir.Discard()
				blobs, err := blob.WriteShared(dir, &test.plan, objects, o, kind)
				if err != nil {
					t.Fatal(err)
				}
				if err := dir.Commit(); err != nil {
					t.Fatal(err)
				}
				checkFiles(t, folder, blobs, test.want)
			}
		})
	}
}

// checkFiles wants the blobs of these tars in a folder, and nothing else.
func checkFiles(t *testing.T, folder string, blobs []blob.Descriptor, want []func(io.Writer) error) {
	t.Helper()
	names, err := os.ReadDir(folder)
	if err != nil || len(names) != len(want) || len(blobs) != len(want) {
		t.Fatalf("%d files and %d descriptors, want %d (%v)", len(names), len(blobs), len(want), err)
	}
	for i, d := range blobs {
		data, err := os.ReadFile(filepath.Join(folder, strings.TrimPrefix(d.Digest, "sha256:")))
		if err != nil {
			t.Fatal(err)
		}
		var tar bytes.Buffer
		if err := want[i](&tar); err != nil {
			t.Fatal(err)
		}
		if d.Digest != digest(data) || d.Size != int64(len(data)) || d.DiffID != digest(tar.Bytes()) {
			t.Errorf("blob %d: %+v does not describe it", i, d)
		}
		if !bytes.Equal(expand(t, d.MediaType, data), tar.Bytes()) {
			t.Errorf("blob %d is not the layer", i)
		}
	}
}

func TestWriteSharedErrors(t *testing.T) {
	objects, paths := newFiles(t, "a", "b")
	plan := layering.Plan{Layers: [][]store.Path{slices.Clone(paths)}}
	if err := os.Remove(objects[paths[1]]); err != nil {
		t.Fatal(err)
	}
	dir, err := outdir.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Discard()
	if _, err := blob.WriteShared(dir, &plan, objects, layer.DefaultOptions(), compress.Gzip); err == nil || !strings.Contains(err.Error(), objects[paths[1]]+": no such file") {
		t.Errorf("a file that is gone: %v", err)
	}
	if dir, err = outdir.Create(filepath.Join(t.TempDir(), "out")); err != nil {
		t.Fatal(err)
	}
	defer dir.Discard()
	plan = layering.Plan{Replaced: []store.Path{paths[0]}}
	o := layer.DefaultOptions()
	o.StoreDir = "relative"
	if _, err := blob.WriteShared(dir, &plan, objects, o, compress.Gzip); err == nil || !strings.Contains(err.Error(), `"relative" is not a store directory`) {
		t.Errorf("a store directory that is none: %v", err)
	}
}
