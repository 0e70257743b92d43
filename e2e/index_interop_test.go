//go:build e2e

package e2e

import (
	"archive/tar"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// ociFile decodes a file of a layout.
func ociFile[V any](t *testing.T, path ...string) V {
	t.Helper()
	var v V
	if err := json.Unmarshal([]byte(harness.ReadFile(t, filepath.Join(path...))), &v); err != nil {
		t.Fatalf("%s: %v", filepath.Join(path...), err)
	}
	return v
}

// reachable are the names of the blobs that the index.json of a layout leads
// to, a line each.
func reachable(t *testing.T, dir string) string {
	t.Helper()
	found := map[string]bool{}
	var follow func(d v1.Descriptor)
	follow = func(d v1.Descriptor) {
		if found[d.Digest.Hex] {
			return
		}
		found[d.Digest.Hex] = true
		blob := []string{dir, "blobs", d.Digest.Algorithm, d.Digest.Hex}
		switch {
		case d.MediaType.IsIndex():
			for _, m := range ociFile[v1.IndexManifest](t, blob...).Manifests {
				follow(m)
			}
		case d.MediaType.IsImage():
			manifest := ociFile[v1.Manifest](t, blob...)
			for _, l := range append(manifest.Layers, manifest.Config) {
				follow(l)
			}
		}
	}
	for _, m := range ociFile[v1.IndexManifest](t, dir, "index.json").Manifests {
		follow(m)
	}
	var names []string
	for name := range found {
		names = append(names, name+"\n")
	}
	slices.Sort(names)
	return strings.Join(names, "")
}

// TestLayoutsAsBasesElsewhere: what rules_oci and rules_img rely on in the
// layout of a base image, as docs/interoperability.md lists it.
func TestLayoutsAsBasesElsewhere(t *testing.T) {
	harness.Lane(t, "index")
	w := indexes(t)
	for _, arch := range []string{"amd64", "arm64"} {
		t.Run(arch, func(t *testing.T) {
			dir := w.image("hello_"+arch).stem + ".oci"
			equal(t, "oci-layout", ociFile[map[string]string](t, dir, "oci-layout")["imageLayoutVersion"], "1.0.0")
			index := ociFile[v1.IndexManifest](t, dir, "index.json")
			if len(index.Manifests) != 1 {
				t.Fatalf("want one manifest: %+v", index)
			}
			d := index.Manifests[0]
			equal(t, "media type of the entry", string(d.MediaType), ociManifestType)
			equal(t, "platform of the entry", d.Platform.String(), "linux/"+arch)
			manifest := ociFile[v1.Manifest](t, dir, "blobs", "sha256", d.Digest.Hex)
			equal(t, "media type of the manifest", string(manifest.MediaType), ociManifestType)
			config := ociFile[v1.ConfigFile](t, dir, "blobs", "sha256", manifest.Config.Digest.Hex)
			equal(t, "platform of the config", config.OS+"/"+config.Architecture, "linux/"+arch)
			equal(t, "number of layers", len(manifest.Layers), len(config.RootFS.DiffIDs))
			for _, l := range manifest.Layers {
				equal(t, "media type of a layer", string(l.MediaType), "application/vnd.oci.image.layer.v1.tar+gzip")
			}
			equal(t, "files in blobs", blobsOf(t, dir), reachable(t, dir))
			onlyRegularFiles(t, dir)
		})
	}
	t.Run("index", func(t *testing.T) {
		dir := w.image("split").stem + ".oci"
		index := ociFile[v1.IndexManifest](t, dir, "index.json")
		if len(index.Manifests) != 1 || string(index.Manifests[0].MediaType) != ociIndexType {
			t.Fatalf("want one index: %+v", index)
		}
		for _, m := range ociFile[v1.IndexManifest](t, dir, "blobs", "sha256", index.Manifests[0].Digest.Hex).Manifests {
			if m.Platform == nil || m.Platform.OS == "" || m.Platform.Architecture == "" {
				t.Errorf("no platform: %+v", m)
			}
		}
		onlyRegularFiles(t, dir)
	})
	// One label gives one file, which is the directory.
	said := w.bazel.Run(t, "cquery", "--output=files", "//images:hello_amd64_layout").Must(t).Stdout
	equal(t, "files of the filegroup", strings.Count(said, "\n"), 1)
	contains(t, "files of the filegroup", said, "/images/hello_amd64.oci\n")
}

func onlyRegularFiles(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !d.Type().IsRegular() {
			t.Errorf("%s is a %s", path, d.Type())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestLayoutsOfOthersAsBases: images on layouts in the forms that rules_oci and
// rules_img write run: an index.json with nothing but a descriptor, of an image or
// of an index.
func TestLayoutsOfOthersAsBases(t *testing.T) {
	harness.Lane(t, "index")
	w := indexes(t)
	bases := filepath.Join(w.bazel.Dir, "bases")
	for name, from := range map[string]string{"plain": "hello_amd64", "nested": "split"} {
		dir := w.image(from).stem + ".oci"
		d := ociFile[v1.IndexManifest](t, dir, "index.json").Manifests[0]
		d.Annotations, d.Platform = nil, nil
		tarLayout(t, dir, map[string][]v1.Descriptor{"manifests": {d}}, filepath.Join(bases, name+".tar"))
	}
	docker := harness.Docker(t, harness.ClassicStore)
	for _, name := range []string{"image", "index", "plain", "nested"} {
		t.Run(name, func(t *testing.T) {
			ref := "index-base-" + name + ":latest"
			docker.Load(t, stdoutFile(t, w.bazel.Command("run", "//bases:"+name, "--", "stream")))
			defer docker.Remove(t, ref)
			equal(t, "the container says", docker.RunImage(t, ref).Must(t).Stdout, greetingOfAMD64)
		})
	}
}

// tarLayout writes a layout with another index.json as a tar, with nothing
// beside what the specification asks for.
func tarLayout(t *testing.T, dir string, index any, file string) {
	t.Helper()
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w := tar.NewWriter(out)
	add := func(name string, data []byte) {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	add("oci-layout", []byte(harness.ReadFile(t, filepath.Join(dir, "oci-layout"))))
	data, err := json.Marshal(index)
	if err != nil {
		t.Fatal(err)
	}
	add("index.json", data)
	for name := range strings.Lines(blobsOf(t, dir)) {
		name = strings.TrimSpace(name)
		add("blobs/sha256/"+name, []byte(harness.ReadFile(t, filepath.Join(dir, "blobs", "sha256", name))))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}
