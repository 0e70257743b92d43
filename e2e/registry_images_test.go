//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// pulledImages makes what tests push: images of several layers, whose lowest
// has busybox.
type pulledImages struct{ busybox v1.Layer }

func newPulledImages(t *testing.T) pulledImages {
	t.Helper()
	program := filepath.Join(harness.TempDir(t), "busybox")
	harness.Exec("cp", "/bin/busybox", program).Run(t).Must(t)
	return pulledImages{tarLayer(t, tarFile{"bin/busybox", harness.ReadFile(t, program), 0o755})}
}

type tarFile struct {
	name, content string
	mode          int64
}

func tarLayer(t *testing.T, files ...tarFile) v1.Layer {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f.name, Mode: f.mode, Size: int64(len(f.content)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(out.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// image has a layer for each text, a file /greeting, over busybox.
func (p pulledImages) image(t *testing.T, platform v1.Platform, mediaType types.MediaType, texts ...string) v1.Image {
	t.Helper()
	layers := []v1.Layer{p.busybox}
	for _, text := range texts {
		layers = append(layers, tarLayer(t, tarFile{"greeting", text + "\n", 0o644}))
	}
	img := empty.Image
	if mediaType == types.OCIManifestSchema1 {
		img = mutate.ConfigMediaType(mutate.MediaType(img, mediaType), types.OCIConfigJSON)
	}
	var addenda []mutate.Addendum
	for _, l := range layers {
		kind := types.DockerLayer
		if mediaType == types.OCIManifestSchema1 {
			kind = types.OCILayer
		}
		addenda = append(addenda, mutate.Addendum{Layer: l, MediaType: kind})
	}
	img, err := mutate.Append(img, addenda...)
	if err != nil {
		t.Fatal(err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Variant = platform.OS, platform.Architecture, platform.Variant
	config.Config.Cmd = []string{"/bin/busybox", "cat", "/greeting"}
	config.Config.Env = []string{"GREETING=" + texts[len(texts)-1]}
	if img, err = mutate.ConfigFile(img, config); err != nil {
		t.Fatal(err)
	}
	return img
}

// platforms of the indexes that tests push.
var (
	amd64 = v1.Platform{OS: "linux", Architecture: "amd64"}
	arm64 = v1.Platform{OS: "linux", Architecture: "arm64", Variant: "v8"}
)

// indexOf is an image index with an image for each platform.
func indexOf(t *testing.T, images map[string]v1.Image) v1.ImageIndex {
	t.Helper()
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, platform := range []v1.Platform{arm64, amd64} {
		img, ok := images[platform.Architecture]
		if !ok {
			continue
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &platform}})
	}
	return index
}

// layoutWith writes an OCI layout with an image or an index, for skopeo.
func layoutWith(t *testing.T, content mutate.Appendable) string {
	t.Helper()
	dir := filepath.Join(harness.TempDir(t), "layout")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := layout.Write(dir, mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: content})); err != nil {
		t.Fatal(err)
	}
	return dir
}

// digestsOf are the digests of an image's layers, the lowest first.
func digestsOf(t *testing.T, img v1.Image) []string {
	t.Helper()
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	var digests []string
	for _, l := range layers {
		d, err := l.Digest()
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, d.String())
	}
	return digests
}
