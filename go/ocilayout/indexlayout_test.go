package ocilayout_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	spec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/outdir"
)

// several are images whose blobs are in layouts of their own.
type several struct {
	images []*made
	index  []byte
	files  ocilayout.Files
	// folders are the layouts.
	folders []string
}

// newIndex makes the index of images, and a layout of each.
func newIndex(t *testing.T, images ...*made) *several {
	t.Helper()
	s := &several{images: images}
	var members []ocilayout.Member
	for i, m := range images {
		members = append(members, m.member(t, "//:"+string(rune('a'+i))))
		folder := m.write(t, "part", "latest")
		s.folders = append(s.folders, folder)
		s.files.AddFolder(filepath.Join(folder, "blobs", "sha256"))
	}
	x, err := ocilayout.NewIndex(members, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.index, err = x.Encode(); err != nil {
		t.Fatal(err)
	}
	return s
}

// write writes the layout of the index and returns its folder.
func (s *several) write(t *testing.T) (string, error) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "layout")
	dir, err := outdir.Create(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Discard()
	if err := ocilayout.WriteIndex(dir, ocilayout.NamedIndex{Index: s.index, Blobs: &s.files, Name: "me/hello", Tag: "v1"}); err != nil {
		return "", err
	}
	return folder, dir.Commit()
}

func (s *several) mustWrite(t *testing.T) string {
	t.Helper()
	folder, err := s.write(t)
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// twoImages have a layer in common, and each has one of its own.
func twoImages(t *testing.T) (amd64, arm64 *made) {
	t.Helper()
	amd64, arm64 = newImage(t, compress.Gzip), newImage(t, compress.Gzip, compress.Gzip)
	return amd64.forPlatform("linux/amd64"), arm64.forPlatform("linux/arm64")
}

// TestIndexLayout: one entry, the index, which has the name; each blob once.
func TestIndexLayout(t *testing.T) {
	amd64, arm64 := twoImages(t)
	s := newIndex(t, amd64, arm64)
	folder := s.mustWrite(t)
	var index spec.Index
	decode(t, readFile(t, folder, spec.ImageIndexFile), &index)
	if index.SchemaVersion != 2 || index.MediaType != spec.MediaTypeImageIndex || len(index.Manifests) != 1 {
		t.Fatalf("index.json %+v", index)
	}
	d := index.Manifests[0]
	if d.MediaType != spec.MediaTypeImageIndex || d.Platform != nil || !bytes.Equal(readFile(t, folder, "blobs", "sha256", d.Digest.Encoded()), s.index) {
		t.Errorf("entry %+v", d)
	}
	if d.Annotations[spec.AnnotationRefName] != "v1" || d.Annotations["io.containerd.image.name"] != "docker.io/me/hello:v1" || len(d.Annotations) != 2 {
		t.Errorf("annotations %v", d.Annotations)
	}
	var names []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, strings.TrimPrefix(path, folder+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// The index, two manifests, two configs and two layers, of which both images
	// have one.
	blobs := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !strings.HasPrefix(name, "blobs/sha256/") })
	if len(blobs) != 7 || len(names) != 9 || !slices.Contains(names, "oci-layout") {
		t.Errorf("files %q", names)
	}
}

// TestValidateIndex: go-containerregistry finds nothing wrong with the layout,
// and the images are those that went in.
func TestValidateIndex(t *testing.T) {
	amd64, arm64 := twoImages(t)
	s := newIndex(t, amd64, arm64)
	top, err := layout.ImageIndexFromPath(s.mustWrite(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(top); err != nil {
		t.Error(err)
	}
	manifest, err := top.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	index, err := top.ImageIndex(manifest.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	inner, err := index.IndexManifest()
	if err != nil || len(inner.Manifests) != 2 {
		t.Fatalf("%+v, %v", inner, err)
	}
	for i, m := range s.images {
		if inner.Manifests[i].Digest.String() != ocilayout.Digest(m.manifest(t)) {
			t.Errorf("entry %d: %+v", i, inner.Manifests[i])
		}
		img, err := index.Image(inner.Manifests[i].Digest)
		if err != nil {
			t.Fatal(err)
		}
		checkImage(t, img, m)
	}
}

// TestIndexLayoutAgain: the same images give the same bytes.
func TestIndexLayoutAgain(t *testing.T) {
	amd64, arm64 := twoImages(t)
	a, b := newIndex(t, amd64, arm64).mustWrite(t), newIndex(t, amd64, arm64).mustWrite(t)
	files := 0
	err := filepath.WalkDir(a, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files++
			if !bytes.Equal(readFile(t, path), readFile(t, b, strings.TrimPrefix(path, a))) {
				t.Errorf("%s differs", path)
			}
		}
		return err
	})
	if err != nil || files != 9 {
		t.Fatalf("%d files, %v", files, err)
	}
}

// TestIndexLayoutOfOthers: blobs of an image that another tool made are taken
// as they are.
func TestIndexLayoutOfOthers(t *testing.T) {
	m := newImage(t, compress.Gzip)
	manifest := []byte(strings.Replace(string(m.manifest(t)), ocilayout.ManifestMediaType, "application/vnd.docker.distribution.manifest.v2+json", 1))
	x, err := ocilayout.NewIndex([]ocilayout.Member{{Label: "//:a", Manifest: manifest, Config: m.config}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := x.Encode()
	if err != nil {
		t.Fatal(err)
	}
	m.blobs[ocilayout.Digest(manifest)], m.blobs[ocilayout.Digest(m.config)] = manifest, m.config
	folder := filepath.Join(t.TempDir(), "layout")
	dir, err := outdir.Create(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Discard()
	if err := errors.Join(ocilayout.WriteIndex(dir, ocilayout.NamedIndex{Index: data, Blobs: m, Name: "x", Tag: "y"}), dir.Commit()); err != nil {
		t.Fatal(err)
	}
	hash, err := v1.NewHash(ocilayout.Digest(manifest))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(readFile(t, folder, "blobs", "sha256", hash.Hex), manifest) {
		t.Error("not the manifest")
	}
}

func TestIndexLayoutErrors(t *testing.T) {
	blobOf := func(s *several, digest string) string {
		return filepath.Join(s.folders[1], "blobs", "sha256", strings.TrimPrefix(digest, "sha256:"))
	}
	for _, test := range []struct {
		name   string
		change func(*testing.T, *several) error
		want   string
	}{
		{"an index that is none", func(_ *testing.T, s *several) error { s.index = []byte("{}"); return nil }, "not an image index"},
		{"no blobs", func(_ *testing.T, s *several) error { s.files = ocilayout.Files{}; return nil },
			"image for linux/amd64, sha256:"},
		{"a manifest that is missing", func(t *testing.T, s *several) error {
			return os.Remove(blobOf(s, ocilayout.Digest(s.images[1].manifest(t))))
		}, "image for linux/arm64, "},
		{"a config that is missing", func(_ *testing.T, s *several) error {
			return os.Remove(blobOf(s, ocilayout.Digest(s.images[1].config)))
		}, ": config sha256:"},
		{"a layer that is missing", func(_ *testing.T, s *several) error {
			return os.Remove(blobOf(s, s.images[1].descriptors[1].Digest))
		}, "blob of layer 2 of 2, sha256:"},
		{"a layer with other bytes", func(_ *testing.T, s *several) error {
			return change(blobOf(s, s.images[1].descriptors[1].Digest))
		}, "its bytes have the digest sha256:"},
		{"a manifest with other bytes", func(t *testing.T, s *several) error {
			return change(blobOf(s, ocilayout.Digest(s.images[1].manifest(t))))
		}, "manifest: its bytes have the digest sha256:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			amd64, arm64 := twoImages(t)
			s := newIndex(t, amd64, arm64)
			if err := test.change(t, s); err != nil {
				t.Fatal(err)
			}
			if _, err := s.write(t); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// change changes a byte of a file.
func change(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if len(data) == 0 {
		return io.ErrUnexpectedEOF
	}
	data[len(data)-1] ^= 1
	return os.WriteFile(file, data, 0o644)
}
