package containerd

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	imagesapi "github.com/containerd/containerd/api/services/images/v1"
	leasesapi "github.com/containerd/containerd/api/services/leases/v1"
	namespacesapi "github.com/containerd/containerd/api/services/namespaces/v1"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// real is the containerd whose socket STRATA_TEST_CONTAINERD names, in a
// namespace of the test's own that is removed at its end.
type real struct {
	*Client
	t   *testing.T
	ctx context.Context
}

func startReal(t *testing.T) *real {
	t.Helper()
	address := os.Getenv("STRATA_TEST_CONTAINERD")
	if address == "" {
		t.Skip("set STRATA_TEST_CONTAINERD to the path of containerd's socket to run this test, as root")
	}
	ctx, cancel := context.WithTimeout(background, 3*time.Minute)
	t.Cleanup(cancel)
	c := clientAt(t, address, Options{Namespace: "strata-test-" + strings.ToLower(rand.Text())})
	version, err := c.Ping(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: version %s", c, version)
	r := &real{c, t, ctx}
	t.Cleanup(r.remove)
	return r
}

// collect runs the garbage collector.
func (r *real) collect() {
	r.t.Helper()
	id := "collect-" + rand.Text()
	_, err := r.leases.Create(r.ctx, &leasesapi.CreateRequest{ID: id})
	if err == nil {
		_, err = r.leases.Delete(r.ctx, &leasesapi.DeleteRequest{ID: id, Sync: true})
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *real) remove() {
	images, err := r.images.List(r.ctx, &imagesapi.ListImagesRequest{})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, i := range images.Images {
		if _, err := r.images.Delete(r.ctx, &imagesapi.DeleteImageRequest{Name: i.Name}); err != nil {
			r.t.Error(err)
		}
	}
	leases, err := r.leases.List(r.ctx, &leasesapi.ListRequest{})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, l := range leases.Leases {
		if _, err := r.leases.Delete(r.ctx, &leasesapi.DeleteRequest{ID: l.ID}); err != nil {
			r.t.Error(err)
		}
	}
	r.collect()
	if _, err := r.namespaces.Delete(r.ctx, &namespacesapi.DeleteNamespaceRequest{Name: r.namespace}); err != nil {
		r.t.Error(err)
	}
}

// mustLoad loads an image, which must survive the garbage collector, and
// returns how many layers and bytes were sent.
func (r *real) mustLoad(img archive.Image) (layers int, bytes int64) {
	r.t.Helper()
	p := progress.New(nil)
	loaded, err := r.Load(r.ctx, img, p)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Log(p.Summary())
	r.collect()
	r.wantWhole(img, loaded.Names)
	return p.Sent()
}

// wantWhole checks that an image is there: each blob with its size, each
// snapshot and the names.
func (r *real) wantWhole(img archive.Image, names []string) {
	r.t.Helper()
	manifest := manifestOf(r.t, img)
	for _, name := range names {
		if target, err := r.target(r.ctx, name); target != manifest || err != nil {
			r.t.Errorf("%s means %q, %v, want %s", name, target, err, manifest)
		}
	}
	digests := map[string]bool{manifest: true, ocilayout.Digest(img.Config): true}
	for _, l := range img.Layers {
		digests[l.DiffID] = true
	}
	if present, err := r.present(r.ctx, digests); len(present) != len(digests) || err != nil {
		r.t.Errorf("%d of %d blobs are there, %v", len(present), len(digests), err)
	}
	l := &load{Client: r.Client, img: img, chains: chainIDs(img.Layers), snapshotter: defaultSnapshotter}
	if unpacked, err := l.unpacked(r.ctx); unpacked != len(l.chains) || err != nil {
		r.t.Errorf("%d of %d layers are unpacked, %v", unpacked, len(l.chains), err)
	}
	leases, err := r.leases.List(r.ctx, &leasesapi.ListRequest{})
	if err != nil || len(leases.Leases) != 0 {
		r.t.Errorf("leases %v, %v", leases, err)
	}
}

func TestRealLoad(t *testing.T) {
	r := startReal(t)
	const count, size = 12, 300_000
	var layers []archive.Layer
	for i := range count {
		layers = append(layers, testimage.Layer(t, i, size, false))
	}
	img := imageOf(t, append(slices.Clone(layers), layers[0])...)
	img.RepoTags = append(img.RepoTags, "ghcr.io/me/hello:1")
	if n, _ := r.mustLoad(img); n != count {
		t.Errorf("%d layers sent", n)
	}
	if n, sent := r.mustLoad(img); n != 0 || sent != 0 {
		t.Errorf("unchanged: %d layers, %d bytes sent", n, sent)
	}
	for seed, changed := range []int{0, count / 2, count - 1} {
		now := slices.Clone(layers)
		now[changed] = testimage.Layer(t, 100+seed, size, false)
		other := imageOf(t, now...)
		// The first image keeps its other name, and so all of its layers.
		if n, sent := r.mustLoad(other); n != 1 || sent != now[changed].Size {
			t.Errorf("layer %d changed: %d layers, %d bytes sent", changed, n, sent)
		}
	}
}

func TestRealLoadGoesOn(t *testing.T) {
	r := startReal(t)
	big := testimage.Layer(t, 7, 9<<20, false)
	img := imageOf(t, testimage.Layer(t, 1, 3000, false), big, testimage.Layer(t, 8, 4000, false))
	for _, at := range []int64{1, 3 << 20, 9 << 20} {
		ctx, cancel := context.WithCancel(r.ctx)
		interrupted := big
		interrupted.Write = func(ctx context.Context, w io.Writer) error {
			return big.Write(ctx, &cancelling{w: w, left: at, cancel: cancel})
		}
		img.Layers[1] = interrupted
		if _, err := r.Load(ctx, img, progress.New(nil)); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if target, err := r.target(r.ctx, helloName); target != "" || err != nil {
			t.Errorf("the name means %s, %v", target, err)
		}
		r.collect()
	}
	img.Layers[1] = big
	leases, err := r.leases.List(r.ctx, &leasesapi.ListRequest{})
	if err != nil || len(leases.Leases) != 3 {
		t.Errorf("leases %v, %v", leases, err)
	}
	p := progress.New(nil)
	if _, err := r.Load(r.ctx, img, p); err != nil {
		t.Fatal(err)
	}
	if _, sent := p.Sent(); sent > 2<<20 {
		t.Errorf("%d bytes sent", sent)
	}
	for _, l := range leases.GetLeases() {
		if _, err := r.leases.Delete(r.ctx, &leasesapi.DeleteRequest{ID: l.ID}); err != nil {
			t.Error(err)
		}
	}
	r.collect()
	r.wantWhole(img, []string{helloName})
}

// cancelling passes bytes on and cancels when some have passed.
type cancelling struct {
	w      io.Writer
	left   int64
	cancel func()
}

func (c *cancelling) Write(p []byte) (int, error) {
	n := min(int64(len(p)), c.left)
	if _, err := c.w.Write(p[:n]); err != nil {
		return 0, err
	}
	if c.left -= n; c.left <= 0 {
		c.cancel()
		c.left = math.MaxInt64
	}
	m, err := c.w.Write(p[n:])
	return int(n) + m, err
}
