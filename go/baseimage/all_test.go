package baseimage

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// checkAll opens all images of a file and checks that they are the samples.
func checkAll(t *testing.T, path string, sel Selection, want []sample, names ...string) {
	t.Helper()
	all, err := OpenAll(path, sel)
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	if len(all.Images) != len(want) {
		t.Fatalf("got %d images, want %d", len(all.Images), len(want))
	}
	var got []string
	for i, img := range all.Images {
		checkImage(t, img.Image, want[i])
		got = append(got, strings.Join(img.Names, " "))
		for n, l := range img.Layers {
			if size, err := l.TarSize(t.Context()); err != nil || size != int64(len(want[i].layers[n])) {
				t.Errorf("image %d, %s: %d bytes, %v, want %d", i, l.Describe, size, err, len(want[i].layers[n]))
			}
		}
	}
	if !slices.Equal(got, names) {
		t.Errorf("names %q, want %q", got, names)
	}
}

// TestOpenAll: every image is there with its names, in every format.
func TestOpenAll(t *testing.T) {
	images, files := several(t)
	t.Run("docker archive", func(t *testing.T) {
		checkAll(t, archive(t, files), Selection{}, images, "first:1 first:latest", "", "docker.io/library/third:1 registry.example:5000/x/third:2")
	})
	t.Run("compressed", func(t *testing.T) {
		checkAll(t, write(t, zstded(t, string(tarOf(t, files...)))), Selection{Name: "first", Tag: "1"}, images,
			"first:1 first:latest", "", "docker.io/library/third:1 registry.example:5000/x/third:2")
	})
	named, files := severalNamed(t)
	t.Run("layout", func(t *testing.T) {
		// "bare" is a tag of something without a name.
		checkAll(t, folder(t, files), Selection{}, named, "docker.io/library/first:1", "", "registry.example:5000/x/third:2")
	})
	one := sampleOf(t, 2, "amd64")
	t.Run("Docker 25", func(t *testing.T) { checkAll(t, archive(t, hybrid(t, one, "a:1")), Selection{}, []sample{one}, "a:1") })
	t.Run("unpacked, as a layout", func(t *testing.T) {
		checkAll(t, folder(t, hybrid(t, one, "a:1")), Selection{}, []sample{one}, "")
	})
	for name, compress := range map[string]func(testing.TB, string) string{"+gzip": gzipped, "+zstd": zstded} {
		t.Run("layout"+name, func(t *testing.T) {
			files, manifest := blobs(t, one, name, compress)
			checkAll(t, folder(t, layoutOf(t, files, manifest)), Selection{}, []sample{one}, "")
		})
	}
}

// TestOpenAllPlatforms: of an image for several platforms one is taken.
func TestOpenAllPlatforms(t *testing.T) {
	amd, arm := sampleOf(t, 1, "amd64"), sampleOf(t, 2, "arm64")
	amdFiles, amdManifest := blobs(t, amd, "", plain)
	armFiles, armManifest := blobs(t, arm, "", plain)
	files := append(amdFiles, armFiles...)
	forPlatform := func(o obj, arch string, more obj) obj { return with(with(with(obj{}, o), platformOf(arch)), more) }
	called := func(name string) obj { return obj{"annotations": obj{containerdName: name}} }
	attestation := with(descriptorOf(ociManifest, "absent"), obj{"annotations": obj{"vnd.docker.reference.type": "attestation-manifest"}})
	index, indexDescriptor := indexOf(t, forPlatform(amdManifest, "amd64", nil), forPlatform(armManifest, "arm64", nil), attestation)
	indexed := func(manifests ...obj) string {
		return folder(t, layoutOf(t, append(files[:len(files):len(files)], index), manifests...))
	}
	t.Run("index", func(t *testing.T) {
		checkAll(t, indexed(with(with(obj{}, indexDescriptor), called("a:1"))), Selection{Architecture: "arm64"}, []sample{arm}, "a:1")
	})
	t.Run("index twice", func(t *testing.T) {
		checkAll(t, indexed(with(with(obj{}, indexDescriptor), called("a:1")), with(with(obj{}, indexDescriptor), called("b:1"))),
			Selection{Architecture: "amd64"}, []sample{amd, amd}, "a:1", "b:1")
	})
	t.Run("one name", func(t *testing.T) {
		checkAll(t, indexed(forPlatform(amdManifest, "amd64", called("a:1")), forPlatform(armManifest, "arm64", called("a:1"))),
			Selection{Architecture: "arm64"}, []sample{arm}, "a:1")
	})
	t.Run("two names", func(t *testing.T) {
		checkAll(t, indexed(forPlatform(amdManifest, "amd64", called("a:1")), forPlatform(armManifest, "arm64", called("b:1"))),
			Selection{Architecture: "arm64"}, []sample{amd, arm}, "a:1", "b:1")
	})
	t.Run("no names", func(t *testing.T) {
		checkAll(t, indexed(attestation, forPlatform(amdManifest, "amd64", nil), forPlatform(armManifest, "arm64", nil)), Selection{Architecture: "arm64"}, []sample{arm}, "")
	})
	t.Run("single image of another platform", func(t *testing.T) {
		checkAll(t, indexed(forPlatform(armManifest, "arm64", nil)), Selection{Architecture: "amd64"}, []sample{arm}, "")
	})
	for name, test := range map[string]struct {
		manifests []obj
		want      string
	}{
		"no platform of theirs":          {[]obj{indexDescriptor}, "it has no image for linux/riscv64: there are images for linux/amd64, linux/arm64"},
		"no platform of those in a list": {[]obj{forPlatform(amdManifest, "amd64", nil), forPlatform(armManifest, "arm64", nil)}, "it has no image for linux/riscv64: there are images for linux/amd64, linux/arm64"},
		"only attestations":              {[]obj{attestation}, "it has no images"},
	} {
		path := indexed(test.manifests...)
		if _, err := OpenAll(path, Selection{Architecture: "riscv64"}); err == nil || err.Error() != path+": "+test.want {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
}

// TestOpenAllErrors: errors name the file, the image and the layer.
func TestOpenAllErrors(t *testing.T) {
	_, files := several(t)
	for _, test := range []struct{ name, path, want string }{
		{"not there", "/nonexistent/x.tar", "no such file or directory"},
		{"no tar", write(t, "text"), "neither an OCI layout nor a tar"},
		{"no image", archive(t, []file{{name: "etc/"}}), "it is neither a docker archive nor an OCI layout, which would have a manifest.json or an index.json: it looks like a root file system"},
		{"before Docker 1.10", archive(t, []file{{name: "repositories", data: "{}"}}), "it is an archive of a Docker before 1.10"},
		{"empty list", archive(t, replace(files, "manifest.json", func(string) string { return "[]" })), "it has no images"},
		{"a config is missing", archive(t, without(files, files[0].name)), "image 1 of 3: config: " + files[0].name},
		{"cut", write(t, string(tarOf(t, without(files, files[1].name)...)[:6000])), "truncated"},
	} {
		_, err := OpenAll(test.path, Selection{})
		if err == nil || !strings.HasPrefix(err.Error(), test.path+": ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
	}
	s := sampleOf(t, 2, "amd64")
	for what, compress := range map[string]func(testing.TB, string) string{"": plain, "+gzip": gzipped} {
		blobFiles, manifest := blobs(t, s, what, compress)
		name := blobOf(compress(t, s.layers[1])).name
		path := folder(t, replace(layoutOf(t, blobFiles, manifest), name, func(data string) string { return data[:len(data)-1] + "?" }))
		all, err := OpenAll(path, Selection{})
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("%s: layer 2 of 2 (%s): its digest is sha256:", path, name)
		if err := all.Images[0].Layers[1].Write(t.Context(), io.Discard); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
		if err := all.Close(); err != nil {
			t.Error(err)
		}
	}
}
