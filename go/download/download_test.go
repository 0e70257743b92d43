package download_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/rules-strata/rules_strata/go/download"
	"github.com/rules-strata/rules_strata/go/registry"
	"github.com/rules-strata/rules_strata/go/registry/faulty"
)

const layerSize = 300_000

// imageFor is an image of random layers for a platform.
func imageFor(t *testing.T, arch string, layers int64) v1.Image {
	t.Helper()
	img, err := random.Image(layerSize, layers)
	if err != nil {
		t.Fatal(err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config.OS, config.Architecture = "linux", arch
	if img, err = mutate.ConfigFile(img, config); err != nil {
		t.Fatal(err)
	}
	return img
}

// served is a registry with app:v1, an index for two platforms that share a
// layer.
func served(t *testing.T) (s *faulty.Server, index v1.ImageIndex, amd64 v1.Image) {
	t.Helper()
	amd64, arm64 := imageFor(t, "amd64", 3), imageFor(t, "arm64", 1)
	layers, err := amd64.Layers()
	if err == nil {
		arm64, err = mutate.AppendLayers(arm64, layers[0])
	}
	if err != nil {
		t.Fatal(err)
	}
	index = mutate.AppendManifests(empty.Index,
		mutate.IndexAddendum{Add: amd64, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}},
		mutate.IndexAddendum{Add: arm64, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "arm64"}}},
	)
	s = faulty.New(t)
	if err := remote.WriteIndex(reference(t, s, "app:v1"), index); err != nil {
		t.Fatal(err)
	}
	s.Forget()
	return s, index, amd64
}

func reference(t *testing.T, s *faulty.Server, text string) name.Reference {
	t.Helper()
	ref, err := registry.ParseReference(s.Host+"/"+text, false)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func client(t *testing.T) *registry.Client {
	c := registry.New(registry.Options{
		Keychain: authn.NewMultiKeychain(),
		Sleep:    func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	t.Cleanup(c.Close)
	return c
}

var amd64Linux = download.Options{Platform: registry.Platform{OS: "linux", Architecture: "amd64"}}

// entry is the only one of a layout's index.json.
func entry(t *testing.T, dir string) (layout.Path, v1.Descriptor) {
	t.Helper()
	path, err := layout.FromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	top, err := path.ImageIndex()
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := top.IndexManifest()
	if err != nil || len(manifest.Manifests) != 1 {
		t.Fatalf("%+v, %v", manifest, err)
	}
	return path, manifest.Manifests[0]
}

// alone fails if there is anything but dir in its folder.
func alone(t *testing.T, dir string) {
	t.Helper()
	names, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(names) != 1 || names[0].Name() != filepath.Base(dir) {
		t.Errorf("there are %v, %v", names, err)
	}
}

func countBlobs(t *testing.T, dir string) int {
	t.Helper()
	names, err := os.ReadDir(filepath.Join(dir, "blobs", "sha256"))
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

func TestLayoutOfAnImage(t *testing.T) {
	s, _, amd64 := served(t)
	dir := filepath.Join(t.TempDir(), "app")
	r, err := download.Layout(t.Context(), client(t), reference(t, s, "app:v1"), dir, amd64Linux)
	if err != nil {
		t.Fatal(err)
	}
	path, got := entry(t, dir)
	digest, _ := amd64.Digest()
	if got.Digest != digest || r.Descriptor.Digest != digest || r.Blobs != 4 || r.Kept != 0 {
		t.Errorf("%+v, %+v, want %s", got, r, digest)
	}
	if got.Platform.String() != "linux/amd64" || got.Annotations["org.opencontainers.image.ref.name"] != "v1" || got.Annotations["io.containerd.image.name"] != s.Host+"/app:v1" {
		t.Errorf("%+v", got)
	}
	img, err := path.Image(digest)
	if err == nil {
		err = validate.Image(img)
	}
	if err != nil {
		t.Error(err)
	}
	if n := countBlobs(t, dir); n != 5 {
		t.Errorf("%d blobs", n)
	}
	alone(t, dir)
}

func TestLayoutOfAnIndex(t *testing.T) {
	s, index, _ := served(t)
	dir := t.TempDir() // empty, which is allowed
	r, err := download.Layout(t.Context(), client(t), reference(t, s, "app:v1"), dir, download.Options{All: true})
	if err != nil {
		t.Fatal(err)
	}
	path, got := entry(t, dir)
	digest, _ := index.Digest()
	if got.Digest != digest || got.Platform != nil || r.Blobs != 6 {
		t.Errorf("%+v, %+v, want %s", got, r, digest)
	}
	top, err := path.ImageIndex()
	if err == nil {
		err = validate.Index(top)
	}
	if err != nil {
		t.Error(err)
	}
	// The index, two manifests, two configs, three layers and one, of which one
	// is shared.
	if n := countBlobs(t, dir); n != 9 {
		t.Errorf("%d blobs", n)
	}
}

func TestLayoutByDigest(t *testing.T) {
	s, _, amd64 := served(t)
	digest, _ := amd64.Digest()
	dir := filepath.Join(t.TempDir(), "app")
	if _, err := download.Layout(t.Context(), client(t), reference(t, s, "app@"+digest.String()), dir, download.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, got := entry(t, dir); got.Digest != digest || len(got.Annotations) > 0 {
		t.Errorf("%+v", got)
	}
}

// TestResume: what breaks off goes on where it was, counted in bytes.
func TestResume(t *testing.T) {
	s, _, amd64 := served(t)
	s.When("GET", faulty.Blob).Times(2).Do(faulty.ShortAnswer(200_000))
	dir := filepath.Join(t.TempDir(), "app")
	if _, err := download.Layout(t.Context(), client(t), reference(t, s, "app:v1"), dir, amd64Linux); err != nil {
		t.Fatal(err)
	}
	_, _, out := s.Count("GET", faulty.Blob)
	if want := 2*sizeOfConfig(t, amd64) + sizeOfLayers(t, amd64); out > want {
		t.Errorf("%d bytes were sent, want %d at most", out, want)
	}
	path, got := entry(t, dir)
	if img, err := path.Image(got.Digest); err != nil || validate.Image(img) != nil {
		t.Error(err)
	}
}

func sizeOfConfig(t *testing.T, img v1.Image) int64 {
	t.Helper()
	config, err := img.RawConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	return int64(len(config))
}

func sizeOfLayers(t *testing.T, img v1.Image) (size int64) {
	t.Helper()
	m, err := img.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range m.Layers {
		size += l.Size
	}
	return size
}

// TestAnotherTry: what arrived is not fetched again, unless its bytes are wrong,
// and what does not belong to the image is not in the layout.
func TestAnotherTry(t *testing.T) {
	s, _, amd64 := served(t)
	dir := filepath.Join(t.TempDir(), "app")
	options := amd64Linux
	options.Jobs = 1
	// The config and two layers, and then no more.
	s.When("GET", faulty.Blob).Skip(3).Do(faulty.Status(http.StatusForbidden, ""))
	_, err := download.Layout(t.Context(), client(t), reference(t, s, "app:v1"), dir, options)
	left := filepath.Join(filepath.Dir(dir), ".app.partial")
	if err == nil || !strings.Contains(err.Error(), "what has arrived is in "+left+": pull again to go on") {
		t.Fatal(err)
	}
	alone(t, left)
	blobs, err := os.ReadDir(filepath.Join(left, "blobs", "sha256"))
	if err != nil || len(blobs) != 2 {
		t.Fatalf("%v, %v", blobs, err)
	}
	for file, content := range map[string]string{blobs[0].Name(): "other bytes", strings.Repeat("0", 64): "of another image", ".x.1": "of a killed try"} {
		if err := os.WriteFile(filepath.Join(left, "blobs", "sha256", file), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.Heal()
	s.Forget()
	r, err := download.Layout(t.Context(), client(t), reference(t, s, "app:v1"), dir, options)
	if err != nil {
		t.Fatal(err)
	}
	// The config that says which image it is, the wrong layer, the third and the
	// config.
	if n, _, _ := s.Count("GET", faulty.Blob); n != 4 || r.Kept != 1 {
		t.Errorf("%d blobs were fetched, %d kept\n%s", n, r.Kept, s)
	}
	path, got := entry(t, dir)
	digest, _ := amd64.Digest()
	if img, err := path.Image(digest); got.Digest != digest || err != nil || validate.Image(img) != nil {
		t.Error(got, err)
	}
	if n := countBlobs(t, dir); n != 5 {
		t.Errorf("%d blobs", n)
	}
	alone(t, dir)
}

func TestLayoutErrors(t *testing.T) {
	for _, test := range []struct {
		name    string
		ref     string
		options download.Options
		prepare func(s *faulty.Server, dir string) error
		want    string
	}{
		{"something is there", "app:v1", amd64Linux, func(_ *faulty.Server, dir string) error {
			return errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, "file"), nil, 0o644))
		}, "app: the directory is not empty: it has file: remove it, or name another"},
		{"wrong bytes", "app:v1", amd64Linux, func(s *faulty.Server, _ string) error {
			s.When("GET", faulty.Blob).Skip(1).Do(faulty.Corrupt())
			return nil
		}, "digest mismatch: wanted sha256:"},
		{"no such platform", "app:v1", download.Options{Platform: registry.Platform{OS: "linux", Architecture: "s390x"}}, nil,
			"the index has no image for linux/s390x: it has linux/amd64, linux/arm64"},
		{"no such image", "absent:v1", amd64Linux, nil, "absent"},
		{"a manifest is missing", "app:v1", download.Options{All: true}, func(s *faulty.Server, _ string) error {
			s.When("GET", faulty.Manifest).Skip(2).Do(faulty.Status(http.StatusNotFound, ""))
			return nil
		}, "404"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _, _ := served(t)
			dir := filepath.Join(t.TempDir(), "app")
			if test.prepare != nil {
				if err := test.prepare(s, dir); err != nil {
					t.Fatal(err)
				}
			}
			_, err := download.Layout(t.Context(), client(t), reference(t, s, test.ref), dir, test.options)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
			if _, err := os.Stat(filepath.Join(dir, "index.json")); err == nil {
				t.Error("there is a layout")
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(dir), ".app.partial")); err == nil {
				t.Error("something is left behind")
			}
		})
	}
}

// TestInterrupted: it ends soon, and no layout is there.
func TestInterrupted(t *testing.T) {
	s, _, _ := served(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.When("GET", faulty.Blob).Skip(1).Do(func(http.ResponseWriter, *http.Request, http.Handler) {
		cancel()
		panic(http.ErrAbortHandler)
	})
	dir := filepath.Join(t.TempDir(), "app")
	if _, err := download.Layout(ctx, client(t), reference(t, s, "app:v1"), dir, amd64Linux); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("there is a layout")
	}
}

// TestForeignLayers: they are not fetched from where the manifest says.
func TestForeignLayers(t *testing.T) {
	s, storage := faulty.New(t), faulty.New(t)
	img := imageFor(t, "amd64", 1)
	m, err := img.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := img.RawConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	s.PutBlob("app", raw)
	m.Layers[0].URLs = []string{storage.URL + "/v2/app/blobs/" + m.Layers[0].Digest.String()}
	manifest, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	s.PutManifest("app", string(m.MediaType), manifest, "v1")
	_, err = download.Layout(t.Context(), client(t), reference(t, s, "app:v1"), filepath.Join(t.TempDir(), "app"), amd64Linux)
	if err == nil || !strings.Contains(err.Error(), "it is a foreign layer") {
		t.Error(err)
	}
	if n, _, _ := storage.Count("", ""); n > 0 {
		t.Errorf("it was asked: %s", storage)
	}
}
