package containerd

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	contentapi "github.com/containerd/containerd/api/services/content/v1"
	snapshotsapi "github.com/containerd/containerd/api/services/snapshots/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/progress"
)

// bigSize is a layer of six messages.
const bigSize = 5<<20 + 512

// once is a fault that happens the first time that a message is so.
func once(err error, is func(write) bool) func(write) error {
	var happened bool
	return func(w write) error {
		if happened || !is(w) {
			return nil
		}
		happened = true
		return err
	}
}

// TestLoadOverFaults has faults that a load gets over by itself.
func TestLoadOverFaults(t *testing.T) {
	big := func(written *atomic.Int64) archive.Layer { return layerOf(7, bigSize, written) }
	digest := big(nil).DiffID
	reset := status.Error(codes.Unavailable, "connection reset by peer")
	locked := status.Error(codes.Unavailable, "ref locked for 3s: unavailable")
	ofBig := func(w write) bool { return strings.HasSuffix(w.ref, digest) }
	for _, test := range []struct {
		name    string
		prepare func(f *fake)
		fault   func(w write) error
		// sent is what arrives of the layer, made how often it is made, in bytes.
		sent, made int64
		layers     int
	}{
		{name: "reset when a stream begins", sent: bigSize, made: bigSize, layers: 1,
			fault: once(reset, func(w write) bool { return ofBig(w) && w.Action == contentapi.WriteAction_STAT })},
		{name: "reset before a message is taken", sent: bigSize, made: bigSize, layers: 1,
			fault: once(reset, func(w write) bool { return ofBig(w) && w.Offset == 2<<20 && !w.done })},
		{name: "reset after a message was taken", sent: bigSize, made: bigSize, layers: 1,
			fault: once(reset, func(w write) bool { return ofBig(w) && w.Offset == 2<<20 && w.done })},
		{name: "reset twice", sent: bigSize, made: bigSize, layers: 1,
			fault: func() func(write) error {
				left := 2
				return func(w write) error {
					// A message with content, and then the first one of the next stream.
					if left == 0 || !ofBig(w) || left == 2 && w.Offset != 2<<20 {
						return nil
					}
					left--
					return reset
				}
			}()},
		{name: "broken stream", sent: bigSize, made: bigSize, layers: 1,
			fault: once(status.Error(codes.Internal, "stream terminated by RST_STREAM"), func(w write) bool { return ofBig(w) && w.Offset == 3<<20 })},
		{name: "reset before the commit", sent: bigSize, made: bigSize, layers: 1,
			fault: once(reset, func(w write) bool { return ofBig(w) && w.Action == contentapi.WriteAction_COMMIT && !w.done })},
		{name: "reset after the commit", sent: bigSize, made: bigSize, layers: 0,
			fault: once(reset, func(w write) bool { return ofBig(w) && w.Action == contentapi.WriteAction_COMMIT && w.done })},
		{name: "locked for a moment", sent: bigSize, made: bigSize, layers: 1,
			fault: func() func(write) error {
				left := 3
				return func(w write) error {
					if left == 0 || !ofBig(w) {
						return nil
					}
					left--
					return locked
				}
			}()},
		{name: "locked for ever", sent: bigSize, made: bigSize, layers: 1,
			prepare: func(f *fake) { f.ingests[ref(digest)] = &fakeIngest{locked: true} }},
		{name: "partly there", sent: bigSize - 3<<20, made: bigSize, layers: 1,
			prepare: func(f *fake) { f.ingests[ref(digest)] = &fakeIngest{data: content(t, big(nil))[:3<<20]} }},
		{name: "wholly there, not committed", sent: 0, made: 0, layers: 1,
			prepare: func(f *fake) { f.ingests[ref(digest)] = &fakeIngest{data: content(t, big(nil))} }},
		{name: "other bytes are there", sent: bigSize - 3<<20 + bigSize, made: 2 * bigSize, layers: 1,
			prepare: func(f *fake) { f.ingests[ref(digest)] = &fakeIngest{data: make([]byte, 3<<20)} }},
		{name: "too many bytes are there", sent: bigSize, made: bigSize, layers: 1,
			prepare: func(f *fake) { f.ingests[ref(digest)] = &fakeIngest{data: make([]byte, 6<<20)} }},
		{name: "another loader sends it meanwhile", sent: 3 << 20, layers: 0,
			prepare: func(f *fake) {
				arrives := once(status.Error(codes.AlreadyExists, "content: already exists"), func(w write) bool { return ofBig(w) && w.Offset == 3<<20 })
				f.failWrite = func(w write) error {
					err := arrives(w)
					if err != nil {
						f.blobs[digest] = &fakeBlob{content(t, big(nil)), map[string]string{}}
					}
					return err
				}
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := startFake(t)
			f.failWrite = test.fault
			if test.prepare != nil {
				test.prepare(f)
			}
			var made atomic.Int64
			img := imageOf(t, big(&made))
			layers, bytes := f.mustLoad(img)
			want := test.sent + int64(len(img.Config)) + f.blobs[manifestOf(t, img)].size()
			if layers != test.layers || f.received != want {
				t.Errorf("%d layers sent, %d bytes came, want %d, %d", layers, f.received, test.layers, want)
			}
			if layers == 1 && bytes > bigSize {
				t.Errorf("the progress was told of %d bytes, the layer has %d", bytes, bigSize)
			}
			if got := made.Load(); test.made != 0 && (got > test.made || got < test.made-512) {
				t.Errorf("%d bytes of the layer were made, want %d", got, test.made)
			}
		})
	}
}

func content(t *testing.T, l archive.Layer) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := l.Write(background, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestLoadGoesOn interrupts a load in the middle of a layer.
func TestLoadGoesOn(t *testing.T) {
	f := startFake(t)
	old := imageOf(t, layerOf(1, 3000, nil))
	f.mustLoad(old)
	f.forget()
	big := layerOf(7, bigSize, nil)
	img := imageOf(t, layerOf(1, 3000, nil), big, layerOf(8, 4000, nil))
	ctx, cancel := context.WithCancel(background)
	f.failWrite = func(w write) error {
		if strings.HasSuffix(w.ref, big.DiffID) && w.Offset == 3<<20 && w.done {
			cancel()
		}
		return nil
	}
	p := progress.New(nil)
	if _, err := f.client.Load(ctx, img, p); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	f.mu.Lock()
	if got := f.images[helloName].Target.Digest; got != manifestOf(t, old) {
		t.Errorf("the name means %s", got)
	}
	if got := len(f.ingests[ref(big.DiffID)].data); got != 4<<20 {
		t.Errorf("%d bytes are there", got)
	}
	small := f.blobs[layerOf(8, 4000, nil).DiffID] != nil
	f.mu.Unlock()
	f.expire()
	f.forget()
	want := big.Size - 4<<20
	if !small {
		want += 4000
	}
	if _, bytes := f.mustLoad(img); bytes != want || f.received != want {
		t.Errorf("%d bytes sent, %d came, want %d", bytes, f.received, want)
	}
}

// TestTwoLoaders loads two images that share layers at the same time.
func TestTwoLoaders(t *testing.T) {
	f := startFake(t)
	var wg sync.WaitGroup
	for _, top := range []byte{100, 101} {
		img := imageOf(t, layerOf(1, 3<<20, nil), layerOf(2, 2<<20, nil), layerOf(3, 5000, nil), layerOf(top, 3000, nil))
		img.RepoTags = []string{string(rune(top)) + ":1"}
		c := f.newClient(Options{})
		wg.Go(func() {
			if _, err := c.Load(background, img, progress.New(nil)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(f.images) != 2 || len(f.leases) != 0 || len(f.snapshots) != 5 {
		t.Errorf("%d images, %d leases, %d snapshots", len(f.images), len(f.leases), len(f.snapshots))
	}
}

// TestUnpackAfterAnother has another loader unpack the same layers meanwhile.
func TestUnpackAfterAnother(t *testing.T) {
	img := imageOf(t, layerOf(1, 3000, nil), layerOf(2, 3000, nil))
	for _, method := range []string{"Snapshots/Prepare", "Snapshots/Commit"} {
		f := startFake(t)
		parent := ""
		f.fail = func(m string, n int) error {
			if m != method {
				return nil
			}
			chain := chainIDs(img.Layers)[n-1]
			f.snapshots[chain] = &snapshotsapi.Info{Name: chain, Parent: parent, Kind: snapshotsapi.Kind_COMMITTED}
			parent = chain
			return status.Errorf(codes.AlreadyExists, "snapshot %s: already exists", chain)
		}
		f.mustLoad(img)
		if len(f.snapshots) != 2 {
			t.Errorf("%s: snapshots %v", method, f.snapshots)
		}
	}
}

func TestUnpackOfADamagedBlob(t *testing.T) {
	f := startFake(t)
	img := imageOf(t, layerOf(1, 3000, nil))
	f.blobs[img.Layers[0].DiffID] = &fakeBlob{data: []byte("damaged"), labels: map[string]string{}}
	_, err := f.client.Load(background, img, progress.New(nil))
	wantError(t, err, "layer 1 of 1 (object-1)", "damaged", img.Layers[0].DiffID, "ctr content rm")
	if len(f.images) != 0 || len(f.snapshots) != 0 {
		t.Errorf("images %v, snapshots %v", f.images, f.snapshots)
	}
}
