package imagefile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/outdir"
)

// opened is all of a blob.
func opened(t *testing.T, img *Image, n int, d blob.Descriptor) []byte {
	t.Helper()
	r, err := img.OpenBlob(t.Context(), n, d)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func digestOf(data []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(data)) }

// TestBlobs: the blob of every layer is what its descriptor says, each time.
func TestBlobs(t *testing.T) {
	img := build(t).mustOpen(t)
	for _, kind := range []compress.Kind{compress.None, compress.Gzip, compress.Zstd} {
		for n, l := range img.Layers {
			if _, ok, err := img.StoredBlob(n); ok || err != nil {
				t.Errorf("layer %d is stored: %v", n, err)
			}
			d, err := img.CompressLayer(t.Context(), n, kind, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				data := opened(t, img, n, d)
				if d.Digest != digestOf(data) || d.Size != int64(len(data)) || d.MediaType != kind.LayerMediaType() || d.DiffID != l.DiffID {
					t.Errorf("%s: layer %d: %+v is not that of %d bytes", kind, n, d, len(data))
				}
				r, _, err := decompress.NewReader(bytes.NewReader(data))
				if err != nil {
					t.Fatal(err)
				}
				if tar, err := io.ReadAll(r); err != nil || digestOf(tar) != l.DiffID {
					t.Errorf("%s: layer %d is another layer's: %v", kind, n, err)
				}
			}
		}
	}
}

// writeLayout writes an image as an OCI layout, a directory.
func writeLayout(t *testing.T, img *Image, kind compress.Kind, folder string) []blob.Descriptor {
	t.Helper()
	dir, err := outdir.Create(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Discard()
	blobs := memory{}
	var descriptors []blob.Descriptor
	for n := range img.Layers {
		var out bytes.Buffer
		d, err := img.CompressLayer(t.Context(), n, kind, &out)
		if err != nil {
			t.Fatal(err)
		}
		blobs[d.Digest] = out.Bytes()
		descriptors = append(descriptors, d)
	}
	m, err := ocilayout.NewManifest(img.Layers, img.Config, descriptors, nil)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := ocilayout.Write(dir, ocilayout.Image{Name: "hello", Tag: "latest", Manifest: manifest, Config: img.Config, Blobs: blobs}); err != nil {
		t.Fatal(err)
	}
	if err := dir.Commit(); err != nil {
		t.Fatal(err)
	}
	return descriptors
}

// memory are blobs by their digests.
type memory map[string][]byte

func (m memory) Open(digest string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(m[digest])), nil
}

// TestStoredBlobs: the layers of a base that is an OCI layout are pushed as
// they are in it, also when an image lies in between.
func TestStoredBlobs(t *testing.T) {
	below := build(t).mustOpen(t)
	b := build(t)
	want := writeLayout(t, below, compress.Zstd, b.path("_main/layout"))
	b.onBase(t, below, map[string]any{"archive": "_main/layout", "name": "", "tag": ""})
	middle := b.mustOpen(t)
	defer middle.Close()
	// An image lies on another in the same runfiles.
	description, err := os.ReadFile(b.folder + "/hello.image.json")
	if err != nil {
		t.Fatal(err)
	}
	above := build(t)
	if err := os.CopyFS(above.path("below"), os.DirFS(b.path("_main"))); err != nil {
		t.Fatal(err)
	}
	above.write(t, "below.image.json", strings.ReplaceAll(string(description), "_main/", "below/"))
	above.onBase(t, middle, map[string]any{"image": "below.image.json"})
	for name, img := range map[string]*Image{"on a layout": middle, "on an image on a layout": above.mustOpen(t)} {
		t.Run(name, func(t *testing.T) {
			defer img.Close()
			for n := range img.Layers {
				d, ok, err := img.StoredBlob(n)
				if err != nil || ok != (n < len(want)) {
					t.Fatalf("layer %d: stored: %v, %v", n, ok, err)
				}
				if !ok {
					continue
				}
				if d != want[n] {
					t.Errorf("layer %d: got %+v, want %+v", n, d, want[n])
				}
				if got := digestOf(opened(t, img, n, d)); got != d.Digest {
					t.Errorf("layer %d: got %s, want %s", n, got, d.Digest)
				}
				// Another blob of the layer is made like any.
				gzipped, err := img.CompressLayer(t.Context(), n, compress.Gzip, io.Discard)
				if err != nil {
					t.Fatal(err)
				}
				if got := digestOf(opened(t, img, n, gzipped)); got != gzipped.Digest {
					t.Errorf("layer %d with gzip: got %s, want %s", n, got, gzipped.Digest)
				}
			}
		})
	}
}

func TestBlobErrors(t *testing.T) {
	b := build(t)
	img := b.mustOpen(t)
	const first = "layer 1 of 3 (app): "
	if _, err := img.OpenBlob(t.Context(), 0, blob.Descriptor{MediaType: "text/html"}); err == nil || !strings.HasPrefix(err.Error(), first) {
		t.Errorf("an unknown media type: %v", err)
	}
	b.writeNAR(t, "_main/app.nar", "another\n")
	if _, err := img.CompressLayer(t.Context(), 0, compress.Gzip, io.Discard); err == nil || !strings.HasPrefix(err.Error(), first) || !strings.Contains(err.Error(), "build it again") {
		t.Errorf("an object that changed: %v", err)
	}
	r, err := img.OpenBlob(t.Context(), 0, blob.Descriptor{MediaType: compress.Gzip.LayerMediaType()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadAll(r); err == nil || !strings.Contains(err.Error(), "build it again") {
		t.Errorf("while it is read: %v", err)
	}
}

// endless is a base whose layers never end by themselves.
type endless struct{ ended atomic.Int32 }

func (e *endless) WriteLayer(ctx context.Context, _ int, w io.Writer) error {
	defer e.ended.Add(1)
	for {
		if _, err := w.Write(make([]byte, 1<<16)); err != nil {
			return err
		}
	}
}

// TestBlobThatIsGivenUp: nothing goes on behind a reader that is closed.
func TestBlobThatIsGivenUp(t *testing.T) {
	base := &endless{}
	img := largeImage(1, 1<<40, base)
	r, err := img.OpenBlob(t.Context(), 0, blob.Descriptor{MediaType: compress.None.LayerMediaType()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for base.ended.Load() == 0 {
		runtime.Gosched()
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("after Close: %v", err)
	}
}

func largeImage(layers int, size int64, base BaseLayers) *Image {
	img := &Image{Parts: Parts{Base: base}}
	for n := range layers {
		img.Layers = append(img.Layers, image.Layer{DiffID: "sha256:" + strings.Repeat("0", 63) + fmt.Sprint(n), Size: size, Kind: image.BaseLayer})
	}
	return img
}

// noise is a base of layers that do not compress.
type noise struct{ size int64 }

func (b noise) WriteLayer(_ context.Context, i int, w io.Writer) error {
	_, err := io.CopyN(w, rand.NewChaCha8([32]byte{byte(i)}), b.size)
	return err
}

// TestBlobMemory: as many blobs as are made at once take less than 64 MiB.
func TestBlobMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("compresses 72 MiB")
	}
	const size = 12 << 20
	for _, kind := range []compress.Kind{compress.Gzip, compress.Zstd} {
		t.Run(string(kind), func(t *testing.T) {
			debug.FreeOSMemory()
			img := largeImage(BlobsAtOnce(kind), size, noise{size})
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			var all sync.WaitGroup
			peaks := make([]uint64, len(img.Layers))
			for n := range img.Layers {
				all.Go(func() {
					r, err := img.OpenBlob(t.Context(), n, blob.Descriptor{MediaType: kind.LayerMediaType()})
					if err != nil {
						t.Error(err)
						return
					}
					defer r.Close()
					for {
						// The diff IDs are invented: the end is an error.
						if _, err := io.CopyN(io.Discard, r, 4<<20); err != nil {
							return
						}
						var now runtime.MemStats
						runtime.ReadMemStats(&now)
						peaks[n] = max(peaks[n], now.HeapInuse)
					}
				})
			}
			all.Wait()
			for _, peak := range peaks {
				if peak == 0 || peak-min(peak, before.HeapInuse) > 64<<20 {
					t.Errorf("the heap grew from %d to %d MiB", before.HeapInuse>>20, peak>>20)
				}
			}
			t.Logf("peaks %d MiB", peaks[0]>>20)
		})
	}
}
