package baseimage

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
)

// checkImage checks that an opened image is the sample.
func checkImage(t *testing.T, img *Image, s sample) {
	t.Helper()
	if string(img.Config) != s.config || img.ConfigDigest != "sha256:"+hexOf(s.config) {
		t.Errorf("config %s (%s), want %s", img.Config, img.ConfigDigest, s.config)
	}
	if len(img.Layers) != len(s.layers) {
		t.Fatalf("got %d layers, want %d", len(img.Layers), len(s.layers))
	}
	// From the top down: layers can be read in any order, and again.
	for i := len(s.layers) - 1; i >= 0; i-- {
		for range 2 {
			var buf bytes.Buffer
			if err := img.Layers[i].Write(t.Context(), &buf); err != nil {
				t.Error(err)
			}
			if buf.String() != s.layers[i] || img.Layers[i].DiffID != "sha256:"+hexOf(s.layers[i]) {
				t.Errorf("%s: got other bytes, %d of them", img.Layers[i].Describe, buf.Len())
			}
		}
	}
}

func TestOpen(t *testing.T) {
	s := sampleOf(t, 3, "amd64")
	s.layers = append(s.layers, s.layers[1])
	s = s.withConfig(t, obj{"os": "linux", "architecture": "amd64"})
	dotted := func(files []file) []file {
		out := []file{{name: "./"}}
		for _, f := range files {
			f.name = "./" + f.name
			out = append(out, f)
		}
		return out
	}
	layout := func(suffix string, compress func(testing.TB, string) string) []file {
		files, manifest := blobs(t, s, suffix, compress)
		return layoutOf(t, files, manifest)
	}
	nested := func() []file {
		files, manifest := blobs(t, s, "", plain)
		index, descriptor := indexOf(t, with(manifest, platformOf("amd64")))
		return layoutOf(t, append(files, index), descriptor)
	}
	crane := func() []file {
		var files []file
		var layers []string
		for _, l := range s.layers {
			data := gzipped(t, l)
			files = append(files, file{name: hexOf(data) + ".tar.gz", data: data})
			layers = append(layers, hexOf(data)+".tar.gz")
		}
		config := "sha256:" + hexOf(s.config)
		return append(files, file{name: config, data: s.config}, file{name: "manifest.json", data: jsonOf(t, []obj{manifestOf(config, layers)})})
	}
	hard := func() []file {
		files := legacy(t, s)
		for i := range files {
			if to, ok := strings.CutPrefix(files[i].link, "../"); ok {
				files[i].link, files[i].hard = "", to
			}
		}
		return files
	}
	for _, test := range []struct{ name, path string }{
		{"legacy", archive(t, legacy(t, s, "hello:latest"))},
		{"legacy, members with ./", archive(t, dotted(legacy(t, s)))},
		{"legacy, hard links", archive(t, hard())},
		{"skopeo", archive(t, skopeo(t, s))},
		{"crane, compressed layers", archive(t, crane())},
		{"Docker 25", archive(t, hybrid(t, s, "hello:latest"))},
		{"Docker 25, unpacked", folder(t, hybrid(t, s))},
		{"OCI layout, directory", folder(t, layout("", plain))},
		{"OCI layout, gzip", folder(t, layout("+gzip", gzipped))},
		{"OCI layout, zstd", folder(t, layout("+zstd", zstded))},
		{"OCI layout, tar", archive(t, layout("", plain))},
		{"OCI layout, tar with ./", archive(t, dotted(layout("+gzip", gzipped)))},
		{"OCI layout, nested index", archive(t, nested())},
		{"gzip", write(t, gzipped(t, string(tarOf(t, legacy(t, s)...))))},
		{"zstd", write(t, zstded(t, string(tarOf(t, hybrid(t, s)...))))},
		{"xz", write(t, xzed(t, string(tarOf(t, layout("+gzip", gzipped)...))))},
		{"gzip in two members", write(t, func() string {
			data := string(tarOf(t, skopeo(t, s)...))
			return gzipped(t, data[:5000]) + gzipped(t, data[5000:])
		}())},
	} {
		t.Run(test.name, func(t *testing.T) {
			img, err := Open(test.path, Selection{})
			if err != nil {
				t.Fatal(err)
			}
			defer img.Close()
			checkImage(t, img, s)
			if img.OS != "linux" || img.Architecture != "amd64" || len(img.Warnings) != 0 {
				t.Errorf("got %s/%s, %q", img.OS, img.Architecture, img.Warnings)
			}
		})
	}
}

// TestBlob: layers of an OCI layout can be had as they are stored.
func TestBlob(t *testing.T) {
	s := sampleOf(t, 2, "amd64")
	files, manifest := blobs(t, s, "+gzip", gzipped)
	dir := folder(t, layoutOf(t, files, manifest))
	img, err := Open(dir, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	for i, l := range img.Layers {
		want := gzipped(t, s.layers[i])
		if l.Blob.MediaType != tarType+"+gzip" || l.Blob.Digest != "sha256:"+hexOf(want) || l.Blob.Size != int64(len(want)) {
			t.Errorf("got %+v", l.Blob)
		}
		r, err := l.Blob.Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || string(got) != want {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	docker, err := Open(archive(t, hybrid(t, s)), Selection{})
	if err != nil {
		t.Fatal(err)
	}
	defer docker.Close()
	if docker.Layers[0].Blob != nil {
		t.Error("a layer of a docker archive has a blob")
	}
}

// several are three images in one archive.
func several(t *testing.T) (images []sample, files []file) {
	t.Helper()
	var manifest []obj
	for i, tags := range [][]string{{"first:1", "first:latest"}, nil, {"docker.io/library/third:1", "registry.example:5000/x/third:2"}} {
		s := sampleOf(t, i+1, "amd64")
		images = append(images, s)
		config := hexOf(s.config) + ".json"
		files = append(files, file{name: config, data: s.config})
		var layers []string
		for _, l := range s.layers {
			name := hexOf(l) + "/layer.tar"
			layers = append(layers, name)
			if i == 2 {
				files = append(files, file{name: name, data: l})
			}
		}
		manifest = append(manifest, manifestOf(config, layers, tags...))
	}
	return images, append(files, file{name: "manifest.json", data: jsonOf(t, manifest)})
}

// severalNamed is a layout with the same, named by annotations.
func severalNamed(t *testing.T) (images []sample, files []file) {
	t.Helper()
	var manifests []obj
	for i, annotations := range []obj{
		{"io.containerd.image.name": "docker.io/library/first:1", "org.opencontainers.image.ref.name": "1"},
		{"org.opencontainers.image.ref.name": "bare"},
		{"org.opencontainers.image.ref.name": "registry.example:5000/x/third:2"},
	} {
		s := sampleOf(t, i+1, "amd64")
		images = append(images, s)
		more, manifest := blobs(t, s, "", plain)
		files = append(files, more...)
		manifests = append(manifests, with(manifest, obj{"annotations": annotations}))
	}
	return images, layoutOf(t, files, manifests...)
}

func TestSelection(t *testing.T) {
	images, files := several(t)
	dockerArchive := archive(t, files)
	named, files := severalNamed(t)
	layout := folder(t, files)
	const dockerList = "there are docker.io/library/third:1, first:1, first:latest, registry.example:5000/x/third:2"
	const layoutList = "there are bare, docker.io/library/first:1, registry.example:5000/x/third:2"
	for _, test := range []struct {
		what, path string
		images     []sample
		name, tag  string
		want       int
		warning    string
		wantErr    string
	}{
		{"docker", dockerArchive, images, "", "", 0, "", ""},
		{"docker", dockerArchive, images, "first", "1", 0, "", ""},
		{"docker", dockerArchive, images, "docker.io/first", "latest", 0, "", ""},
		{"docker", dockerArchive, images, "index.docker.io/library/first", "latest", 0, "", ""},
		{"docker", dockerArchive, images, "third", "1", 2, "", ""},
		{"docker", dockerArchive, images, "library/third", "1", 2, "", ""},
		{"docker", dockerArchive, images, "registry.example:5000/x/third", "2", 2, "", ""},
		{"docker", dockerArchive, images, "third", "", 0, "the base image's name third is given without a tag: the first image is taken", ""},
		{"docker", dockerArchive, images, "absent", "", 0, "the base image's name absent is given without a tag", ""},
		{"docker", dockerArchive, images, "", "2", 0, "the base image's tag 2 is given without a name: the first image is taken", ""},
		{"docker", dockerArchive, images, "third", "2", 0, "", "it has no image third:2: " + dockerList},
		{"docker", dockerArchive, images, "first", "9", 0, "", "it has no image first:9: " + dockerList},
		{"docker", dockerArchive, images, "example.com/first", "1", 0, "", "it has no image example.com/first:1: " + dockerList},
		{"layout", layout, named, "first", "1", 0, "", ""},
		{"layout", layout, named, "whatever", "bare", 1, "", ""},
		{"layout", layout, named, "registry.example:5000/x/third", "2", 2, "", ""},
		{"layout", layout, named, "", "", 0, "", ""},
		{"layout", layout, named, "third", "2", 0, "", "it has no image third:2: " + layoutList},
		{"layout", layout, named, "second", "1", 0, "", "it has no image second:1: " + layoutList},
		{"layout", layout, named, "second", "", 0, "the base image's name second is given without a tag", ""},
		{"no names", archive(t, legacy(t, images[0])), images, "first", "1", 0, "", "it has no image first:1: none of its images has a name"},
	} {
		t.Run(test.what+" "+test.name+":"+test.tag, func(t *testing.T) {
			img, err := Open(test.path, Selection{Name: test.name, Tag: test.tag})
			if test.wantErr != "" {
				if err == nil || !strings.HasSuffix(err.Error(), test.wantErr) || !strings.HasPrefix(err.Error(), "base image "+test.path+": ") {
					t.Errorf("got %v, want %s", err, test.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer img.Close()
			checkImage(t, img, test.images[test.want])
			if got := strings.Join(img.Warnings, "\n"); !strings.HasPrefix(got, test.warning) || (got == "") != (test.warning == "") {
				t.Errorf("warnings %q, want %q", got, test.warning)
			}
		})
	}
}

func TestPlatform(t *testing.T) {
	amd, arm := sampleOf(t, 1, "amd64"), sampleOf(t, 2, "arm64")
	amdFiles, amdManifest := blobs(t, amd, "", plain)
	armFiles, armManifest := blobs(t, arm, "", plain)
	files := append(amdFiles, armFiles...)
	copyOf := func(o obj) obj { return with(obj{}, o) }
	attestation := with(descriptorOf(ociManifest, "absent"), obj{"platform": obj{"os": "unknown", "architecture": "unknown"}})
	signature := with(descriptorOf(ociManifest, "absent too"), obj{"annotations": obj{"vnd.docker.reference.type": "attestation-manifest"}})
	absent := with(descriptorOf(ociManifest, "not in the layout"), platformOf("s390x"))
	both := func(more ...obj) []file {
		index, descriptor := indexOf(t, append([]obj{
			attestation, absent, with(copyOf(amdManifest), platformOf("amd64")), with(copyOf(armManifest), platformOf("arm64")), signature,
		}, more...)...)
		return layoutOf(t, append(files[:len(files):len(files)], index), descriptor)
	}
	onlyArm := func() []file {
		index, descriptor := indexOf(t, with(copyOf(armManifest), platformOf("arm64")))
		return layoutOf(t, append(files[:len(files):len(files)], index), descriptor)
	}
	for _, test := range []struct {
		name    string
		path    string
		arch    string
		want    *sample
		wantErr string
	}{
		{"index", archive(t, both()), "arm64", &arm, ""},
		{"index", archive(t, both()), "amd64", &amd, ""},
		{"index without ours", archive(t, both()), "riscv64", nil, "it has no image for linux/riscv64: there are images for linux/amd64, linux/arm64, linux/s390x"},
		{"index, none asked for", archive(t, both()), "", nil, "it has images for linux/amd64, linux/arm64, linux/s390x: choose an architecture"},
		{"index of one", archive(t, onlyArm()), "", &arm, ""},
		{"index of one without ours", archive(t, onlyArm()), "amd64", nil, "it has no image for linux/amd64: there are images for linux/arm64"},
		{"single image of another platform", archive(t, layoutOf(t, files, with(copyOf(armManifest), platformOf("arm64")))), "amd64", &arm, ""},
		{"several in the layout", archive(t, layoutOf(t, files, amdManifest, armManifest)), "arm64", &arm, ""},
		{"hybrid for two platforms", archive(t, append(both(), file{name: "manifest.json", data: jsonOf(t, []obj{manifestOf(blobOf(amd.config).name, []string{blobOf(amd.layers[0]).name})})})), "arm64", &arm, ""},
		{"hybrid without ours", archive(t, append(both(), file{name: "manifest.json", data: jsonOf(t, []obj{manifestOf(blobOf(amd.config).name, []string{blobOf(amd.layers[0]).name})})})), "ppc64le", &amd, ""},
	} {
		t.Run(test.name+" "+test.arch, func(t *testing.T) {
			img, err := Open(test.path, Selection{Architecture: test.arch})
			if test.wantErr != "" {
				if err == nil || !strings.HasSuffix(err.Error(), ": "+test.wantErr) {
					t.Errorf("got %v, want %s", err, test.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer img.Close()
			checkImage(t, img, *test.want)
		})
	}
}

// TestNothingIsLeftBehind: what is unpacked to be read from anywhere is in no
// folder.
func TestNothingIsLeftBehind(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := sampleOf(t, 2, "amd64")
	img, err := Open(write(t, gzipped(t, string(tarOf(t, legacy(t, s)...)))), Selection{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	checkImage(t, img, s)
	entries, err := os.ReadDir(os.TempDir())
	if err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestWriteIsCancelled(t *testing.T) {
	s := sampleOf(t, 1, "amd64")
	img, err := Open(archive(t, legacy(t, s)), Selection{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := img.Layers[0].Write(ctx, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestOtherTarFormats: what Go's own tar writes in its other formats is read too.
func TestOtherTarFormats(t *testing.T) {
	s := sampleOf(t, 1, "amd64")
	for _, format := range []tar.Format{tar.FormatUSTAR, tar.FormatPAX, tar.FormatGNU} {
		var buf bytes.Buffer
		w := tar.NewWriter(&buf)
		for _, f := range hybrid(t, s) {
			if err := w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.data)), Format: format}); err != nil {
				t.Fatal(err)
			}
			io.WriteString(w, f.data)
		}
		w.Close()
		img, err := Open(write(t, buf.String()), Selection{})
		if err != nil {
			t.Fatal(err)
		}
		checkImage(t, img, s)
		img.Close()
	}
}

func TestNormalise(t *testing.T) {
	for name, want := range map[string]string{
		"busybox":                   "docker.io/library/busybox",
		"docker.io/busybox":         "docker.io/library/busybox",
		"docker.io/library/busybox": "docker.io/library/busybox",
		"index.docker.io/busybox":   "docker.io/library/busybox",
		"user/image":                "docker.io/user/image",
		"localhost/image":           "localhost/image",
		"localhost:5000/image":      "localhost:5000/image",
		"ghcr.io/a/b/c":             "ghcr.io/a/b/c",
	} {
		if got := normalise(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	for ref, want := range map[string][]string{
		"busybox":                  {"busybox", ""},
		"busybox:1":                {"busybox", "1"},
		"localhost:5000/image":     {"localhost:5000/image", ""},
		"localhost:5000/image:1":   {"localhost:5000/image", "1"},
		"busybox:1@sha256:" + "00": {"busybox", "1"},
	} {
		if name, tag := splitTag(ref); !slices.Equal([]string{name, tag}, want) {
			t.Errorf("%s: got %s and %s, want %s", ref, name, tag, want)
		}
	}
}
