package containerd

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	imagesapi "github.com/containerd/containerd/api/services/images/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// layerOf is a layer of some bytes that are a function of the seed. What it
// writes is counted.
func layerOf(seed byte, size int, written *atomic.Int64) archive.Layer {
	data := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(data)
	return archive.Layer{
		DiffID: ocilayout.Digest(data), Size: int64(size), Describe: fmt.Sprintf("object-%d", seed),
		Write: func(ctx context.Context, w io.Writer) error {
			for rest := data; len(rest) > 0; rest = rest[min(100_000, len(rest)):] {
				n, err := w.Write(rest[:min(100_000, len(rest))])
				if written != nil {
					written.Add(int64(n))
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// imageOf is an image of layers, lowest first.
func imageOf(t testing.TB, layers ...archive.Layer) archive.Image {
	t.Helper()
	return testimage.Of(t, layers, "hello:latest")
}

const helloName = "docker.io/library/hello:latest"

// manifestOf is the digest of an image's manifest.
func manifestOf(t testing.TB, img archive.Image) string {
	t.Helper()
	m, err := newManifest(img)
	if err != nil {
		t.Fatal(err)
	}
	return m.digest
}

// mustLoad loads an image, whose name must then mean it, and returns how many
// layers and bytes the progress was told of.
func (f *fake) mustLoad(img archive.Image) (layers int, bytes int64) {
	f.t.Helper()
	p := progress.New(nil)
	loaded, err := f.client.Load(background, img, p)
	if err != nil {
		f.t.Fatal(err)
	}
	want := manifestOf(f.t, img)
	if loaded.ID != want || f.images[helloName].GetTarget().GetDigest() != want {
		f.t.Errorf("loaded %v, and the name means %v, want %s", loaded, f.images[helloName], want)
	}
	if len(f.leases) != 0 {
		f.t.Errorf("leases %v are left", f.leases)
	}
	return p.Sent()
}

func TestLoad(t *testing.T) {
	f := startFake(t)
	lower, upper, empty := layerOf(1, 3<<20+77, nil), layerOf(2, 1<<20, nil), layerOf(3, 1024, nil)
	img := imageOf(t, lower, upper, empty, lower)
	img.RepoTags = append(img.RepoTags, "ghcr.io/me/hello:1")
	size := lower.Size + upper.Size + empty.Size
	if layers, bytes := f.mustLoad(img); layers != 3 || bytes != size {
		t.Errorf("%d layers, %d bytes sent, want 3, %d", layers, bytes, size)
	}
	if got := slices.Sorted(maps.Keys(f.images)); !slices.Equal(got, []string{helloName, "ghcr.io/me/hello:1"}) {
		t.Errorf("names %q", got)
	}
	if len(f.blobs) != 5 || len(f.ingests) != 0 || len(f.snapshots) != 4 {
		t.Errorf("%d blobs, %d ingests, %d snapshots", len(f.blobs), len(f.ingests), len(f.snapshots))
	}
	if got := f.blobs[lower.DiffID].labels[uncompressedID]; got != lower.DiffID {
		t.Errorf("a layer's label is %q", got)
	}
	for name, s := range f.snapshots {
		if s.Labels[snapshotName] != name {
			t.Errorf("snapshot %s has labels %v", name, s.Labels)
		}
	}
	f.wantWhole(f.images[helloName].Target)
}

func TestLoadUnchanged(t *testing.T) {
	f := startFake(t)
	var layers []archive.Layer
	for i := range 50 {
		layers = append(layers, layerOf(byte(i), 2000, nil))
	}
	img := imageOf(t, layers...)
	f.mustLoad(img)
	f.forget()
	if layers, bytes := f.mustLoad(img); layers != 0 || bytes != 0 {
		t.Errorf("%d layers, %d bytes sent", layers, bytes)
	}
	want := map[string]int{"Namespaces/Get": 1, "Images/Get": 1, "Content/List": 1, "Snapshots/Stat": 1}
	if !maps.Equal(f.requests, want) {
		t.Errorf("requests %v", f.requests)
	}
}

func TestLoadChanged(t *testing.T) {
	const count = 20
	for _, changed := range []int{0, 9, count - 1} {
		t.Run(fmt.Sprintf("layer %d of %d", changed+1, count), func(t *testing.T) {
			f := startFake(t)
			var layers []archive.Layer
			for i := range count {
				layers = append(layers, layerOf(byte(i), 5000, nil))
			}
			f.mustLoad(imageOf(t, layers...))
			f.forget()
			changedLayers := slices.Clone(layers)
			changedLayers[changed] = layerOf(200, 4000, nil)
			if layers, bytes := f.mustLoad(imageOf(t, changedLayers...)); layers != 1 || bytes != 4000 {
				t.Errorf("%d layers, %d bytes sent", layers, bytes)
			}
			// The config and the manifest are written, too.
			if f.requests["Content/Write"] != 3 || f.requests["Diff/Apply"] != count-changed || f.requests["Snapshots/Stat"] > 6 {
				t.Errorf("requests %v", f.requests)
			}
			f.forget()
			// All of it is still there, but for the name.
			if layers, _ := f.mustLoad(imageOf(t, layers...)); layers != 0 || f.requests["Diff/Apply"] != 0 || f.received != 0 {
				t.Errorf("%d layers sent, requests %v", layers, f.requests)
			}
		})
	}
}

func TestLoadWithoutLayers(t *testing.T) {
	f := startFake(t)
	f.mustLoad(imageOf(t))
	f.forget()
	f.mustLoad(imageOf(t))
	if f.requests["Content/Write"] != 0 {
		t.Errorf("requests %v", f.requests)
	}
}

func TestLoadKeepsForeignLabels(t *testing.T) {
	f := startFake(t)
	f.mustLoad(imageOf(t, layerOf(1, 2000, nil)))
	f.images[helloName].Labels = map[string]string{"io.cri-containerd.pinned": "pinned", managedLabel: "managed"}
	f.mustLoad(imageOf(t, layerOf(2, 2000, nil)))
	want := map[string]string{"io.cri-containerd.pinned": "pinned"}
	if got := f.images[helloName].Labels; !maps.Equal(got, want) {
		t.Errorf("labels %v, want %v", got, want)
	}
}

func TestLoadLabelsWhatOthersSent(t *testing.T) {
	f := startFake(t)
	img := imageOf(t, layerOf(1, 2000, nil))
	f.mustLoad(img)
	for _, b := range f.blobs {
		clear(b.labels)
	}
	delete(f.images, helloName)
	f.mustLoad(img)
	if f.received != f.blobs[img.Layers[0].DiffID].size()+f.blobs[manifestOf(t, img)].size()+int64(len(img.Config)) {
		t.Errorf("%d bytes received", f.received)
	}
}

func (b *fakeBlob) size() int64 { return int64(len(b.data)) }

func TestLoadSnapshotter(t *testing.T) {
	f := startFake(t)
	f.client = f.newClient(Options{Snapshotter: "zfs"})
	_, err := f.client.Load(background, imageOf(t, layerOf(1, 2000, nil)), progress.New(nil))
	wantError(t, err, "snapshotter zfs", "not loaded", SnapshotterVariable)
	f.client = f.newClient(Options{})
	f.labels[snapshotterLabel] = "btrfs"
	_, err = f.client.Load(background, imageOf(t, layerOf(1, 2000, nil)), progress.New(nil))
	wantError(t, err, "snapshotter btrfs")
	f.labels = map[string]string{"other": "label"}
	f.expire()
	f.mustLoad(imageOf(t, layerOf(1, 2000, nil)))
}

func TestLoadRefuses(t *testing.T) {
	good := layerOf(1, 2000, nil)
	other := layerOf(2, 2000, nil)
	with := func(change func(*archive.Image)) archive.Image {
		img := imageOf(t, good)
		change(&img)
		return img
	}
	wrong := good
	wrong.Write = other.Write
	for _, test := range []struct {
		name string
		img  archive.Image
		want []string
	}{
		{"no name", with(func(i *archive.Image) { i.RepoTags = nil }), []string{"no name", "give it one"}},
		{"bad name", with(func(i *archive.Image) { i.RepoTags = []string{"hello:1", "UPPER/x:1"} }), []string{`"UPPER/x:1"`}},
		{"another config", with(func(i *archive.Image) { i.Layers = []archive.Layer{other} }), []string{"another image's"}},
		{"other bytes", imageOf(t, wrong), []string{"layer 1 of 1 (object-1)", "diff ID is " + other.DiffID, "build it again"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := startFake(t)
			_, err := f.client.Load(background, test.img, progress.New(nil))
			wantError(t, err, append(test.want, "load an image: containerd at unix://"+f.socket)...)
			if len(f.images) != 0 {
				t.Errorf("images %v", f.images)
			}
		})
	}
}

func TestLoadFails(t *testing.T) {
	always := func(method string, err error) func(string, int) error {
		return func(m string, _ int) error {
			if m == method {
				return err
			}
			return nil
		}
	}
	for _, test := range []struct {
		name string
		fail func(string, int) error
		want []string
	}{
		{"too old", always("Leases/Create", status.Error(codes.Unimplemented, "unknown service Leases")), []string{"too old", "unknown service", "1.6"}},
		{"write unavailable", always("Content/Write", status.Error(codes.Unavailable, "shutting down")), []string{"manifest", "shutting down"}},
		{"disk full", always("Diff/Apply", status.Error(codes.Unknown, "write /x: no space left on device")), []string{"layer 1 of 2 (object-1): unpack: ", "no space left", "make room"}},
		{"no list", always("Content/List", status.Error(codes.PermissionDenied, "not you")), []string{"not you"}},
		{"snapshot gone", always("Snapshots/Prepare", status.Error(codes.NotFound, "parent snapshot does not exist")), []string{"prepare its snapshot", "does not exist"}},
		{"no commit", always("Snapshots/Commit", status.Error(codes.Internal, "bolt")), []string{"commit its snapshot", "bolt"}},
		{"no name", always("Images/Create", status.Error(codes.Internal, "bolt")), []string{"name " + helloName, "bolt"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := startFake(t)
			f.fail = test.fail
			img := imageOf(t, layerOf(1, 2000, nil), layerOf(2, 2000, nil))
			_, err := f.client.Load(background, img, progress.New(nil))
			wantError(t, err, test.want...)
			if strings.Contains(err.Error(), "rpc error") {
				t.Errorf("error %q", err)
			}
			if len(f.images) != 0 {
				t.Errorf("images %v", f.images)
			}
			for key := range f.snapshots {
				if strings.HasPrefix(key, "extract-") {
					t.Errorf("the snapshot %s is left", key)
				}
			}
			// The leases of failed loads end by themselves.
			f.expire()
			f.forget()
			f.mustLoad(img)
		})
	}
}

func TestNameIsSetLast(t *testing.T) {
	f := startFake(t)
	old := imageOf(t, layerOf(1, 2000, nil))
	f.mustLoad(old)
	for _, method := range []string{"Leases/Create", "Content/Write", "Content/List", "Diff/Apply", "Snapshots/Commit"} {
		f.fail = func(m string, _ int) error {
			if m == method {
				return status.Error(codes.Unknown, "broken")
			}
			return nil
		}
		_, err := f.client.Load(background, imageOf(t, layerOf(2, 2000, nil)), progress.New(nil))
		wantError(t, err, "broken")
		reply, err := fakeImages{fake: f}.Get(background, &imagesapi.GetImageRequest{Name: helloName})
		if err != nil || reply.Image.Target.Digest != manifestOf(t, old) {
			t.Errorf("%s failed: the name means %v, %v", method, reply, err)
		}
	}
}
