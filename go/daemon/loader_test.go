package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// small and large are bytes of a layer: the containerd store is not asked for
// seven small ones, but for seven large ones.
const (
	small = 1 << 10
	large = worthAsking/7 - layerCost + small
)

// loadStep is one image on its way to a store, and what must happen.
type loadStep struct {
	name     string
	size     int
	seeds    []int
	names    []string
	prepare  func(s *fakeStore) // before it
	sent     string             // layers in each archive
	requests int                // without the first ping
	layers   int                // that the summary counts
}

func TestLoadMissing(t *testing.T) {
	base := testimage.Seeds(0, 7)
	name := []string{"hello:1"}
	for _, store := range []struct {
		name    string
		kind    storeKind
		version string
		steps   []loadStep
	}{
		{"classic", classicStore, "1.51", []loadStep{
			{name: "cold", seeds: base, names: name, sent: "0,7", requests: 7, layers: 7},
			{name: "unchanged", seeds: base, names: name, sent: "", requests: 1},
			{name: "another name", seeds: base, names: []string{"hello:1", "docker.io/library/hello:2"}, requests: 2},
			{name: "only new names", seeds: base, names: []string{"localhost:5000/a/b", "c/d:e"}, requests: 5},
			{name: "no name", seeds: base, requests: 2},
			{name: "top changed", seeds: testimage.Changed(base, 6, 100), names: name, sent: "0,1", requests: 7, layers: 1},
			{name: "middle changed", seeds: testimage.Changed(base, 4, 101), names: name, sent: "0,3", requests: 7, layers: 3},
			{name: "bottom changed", seeds: testimage.Changed(base, 0, 102), names: name, sent: "0,7", requests: 7, layers: 7},
			{name: "a layer added", seeds: append(slices.Clone(base), 103), names: name, sent: "0,1", requests: 7, layers: 1},
			{name: "a layer twice", seeds: append(slices.Clone(base), 104, 1, 3), names: name, sent: "0,3", requests: 7, layers: 3},
			{name: "the missing layer twice", seeds: append(slices.Clone(base), 1, 105, 3), names: name, sent: "0,7", requests: 7, layers: 7},
			{name: "back again", seeds: base, names: name, requests: 4},
			{name: "a layer less", seeds: base[:6], names: name, sent: "0", requests: 6},
			{name: "no layers", names: name, sent: "0", requests: 6},
		}},
		{"classic, API 1.24", classicStore, "1.24", []loadStep{
			{name: "cold", seeds: base, names: name, sent: "0,7", requests: 7, layers: 7},
			{name: "unchanged", seeds: base, names: name, requests: 1},
		}},
		{"containerd", containerdStore, "1.51", []loadStep{
			{name: "cold", seeds: base, names: name, sent: "7", requests: 6, layers: 7},
			{name: "unchanged", seeds: base, names: name, requests: 1},
			{name: "another name", seeds: base, names: []string{"hello:1", "docker.io/library/hello:2"}, requests: 2},
			{name: "only new names", seeds: base, names: []string{"localhost:5000/a/b", "c/d:e"}, requests: 5},
			{name: "no name", seeds: base, requests: 2},
			{name: "top changed", seeds: testimage.Changed(base, 6, 100), names: name, sent: "1", requests: 6, layers: 1},
			{name: "middle changed", seeds: testimage.Changed(testimage.Changed(base, 4, 101), 6, 100), names: name, sent: "1", requests: 6, layers: 1},
			{name: "bottom changed", seeds: testimage.Changed(testimage.Changed(testimage.Changed(base, 0, 102), 4, 101), 6, 100), names: name, sent: "1", requests: 6, layers: 1},
			{name: "back again", seeds: base, names: name, requests: 4},
			{name: "a layer twice", seeds: append(slices.Clone(base), 1, 104, 3), names: name, sent: "1", requests: 6, layers: 1},
			{name: "another image, which is not worth a question", seeds: testimage.Changed(base, 2, 105), names: []string{"other"}, sent: "7", requests: 6, layers: 7},
			{name: "broken by somebody else", seeds: base, names: name, prepare: breakImage("hello:1", base), sent: "7", requests: 6, layers: 7},
			{name: "the same layers compressed", seeds: testimage.Changed(base, 6, 106), names: name, prepare: func(s *fakeStore) {
				compressLayers(s)
			}, sent: "1,7", requests: 7, layers: 7},
			{name: "they are unpacked", seeds: testimage.Changed(base, 6, 107), names: name, prepare: func(s *fakeStore) {
				compressLayers(s)
				s.unpacked = true
			}, sent: "1,7", requests: 8, layers: 7},
			{name: "no layers", names: name, sent: "0", requests: 6},
		}},
		{"containerd, large layers", containerdStore, "1.51", []loadStep{
			{name: "cold", size: large, seeds: base, names: name, sent: "7", requests: 6, layers: 7},
			{name: "another image", size: large, seeds: testimage.Changed(base, 4, 101), names: []string{"other"}, sent: "0,1", requests: 9, layers: 1},
			{name: "more layers than a manifest asks for", seeds: testimage.Seeds(200, 80), names: []string{"many"}, sent: "0,80", requests: 9, layers: 80},
			{name: "the same with some others", seeds: append(append(testimage.Seeds(300, 20), testimage.Seeds(211, 69)...), 401, 402), names: []string{"many2"}, sent: "0,22", requests: 9, layers: 22},
		}},
		{"containerd, API 1.47", containerdStore, "1.47", []loadStep{
			{name: "cold", seeds: base, names: []string{"hello:1", "hello:2"}, sent: "7", requests: 4, layers: 7},
			{name: "unchanged", seeds: base, names: name, sent: "7", requests: 4, layers: 7},
			{name: "no name", seeds: base, sent: "7", requests: 3, layers: 7},
		}},
		{"Podman", podmanStore, "1.44", []loadStep{
			{name: "cold", seeds: base, names: name, sent: "0,7", requests: 7, layers: 7},
			{name: "unchanged", seeds: base, names: name, requests: 1},
			{name: "middle changed", seeds: testimage.Changed(base, 4, 101), names: name, sent: "1", requests: 6, layers: 1},
			{name: "another image", seeds: testimage.Changed(base, 5, 102), names: []string{"other"}, sent: "0,2", requests: 7, layers: 2},
			{name: "layers are gone", seeds: testimage.Changed(base, 4, 103), names: name, prepare: func(s *fakeStore) {
				delete(s.blobs, layerDigest(base[6], small))
			}, sent: "1,1,3", requests: 8, layers: 3},
		}},
	} {
		t.Run(store.name, func(t *testing.T) {
			s := startStore(t, store.kind, store.version)
			for _, step := range store.steps {
				testStep(t, s, step)
			}
		})
	}
}

func testStep(t *testing.T, s *fakeStore, step loadStep) {
	t.Helper()
	if step.size == 0 {
		step.size = small
	}
	if step.prepare != nil {
		step.prepare(s)
	}
	img := testimage.New(t, step.size, step.seeds, step.names...)
	s.begin(nil)
	reporter := progress.New(nil)
	loaded, err := s.client.LoadMissing(background, img, reporter)
	if err != nil {
		t.Fatalf("%s: %v", step.name, err)
	}
	if sent, requests := s.sent(); sent != step.sent || requests != step.requests {
		t.Errorf("%s: %d requests with %q layers, want %d with %q", step.name, requests, sent, step.requests, step.sent)
	}
	if layers, _ := reporter.Sent(); layers != step.layers {
		t.Errorf("%s: %s, want %d layers", step.name, reporter.Summary(), step.layers)
	}
	if len(loaded.Names) != len(step.names) {
		t.Errorf("%s: loaded %+v", step.name, loaded)
	}
	checkLoaded(t, s, img)
}

// checkLoaded checks that the image has all its names, and that none is broken.
func checkLoaded(t *testing.T, s *fakeStore, img archive.Image) {
	t.Helper()
	s.check(t)
	want := idIn(t, s, img)
	for _, name := range img.RepoTags {
		if id, _ := s.find(name); id != want {
			t.Errorf("%s is %s, want %s", name, id, want)
		}
	}
	if _, broken := s.unnamed(); broken != 0 {
		t.Errorf("%d broken images without a name are left", broken)
	}
}

// idIn is the ID that the image has in the store.
func idIn(t *testing.T, s *fakeStore, img archive.Image) string {
	t.Helper()
	hybrid, err := archive.NewHybrid(img)
	if err != nil {
		t.Fatal(err)
	}
	return (&loader{hybrid: hybrid, store: store{kind: s.kind}}).id()
}

func layerDigest(seed, size int) string {
	return testimage.Layer(&testing.T{}, seed, size, seed == 0).DiffID
}

// breakImage takes all layers of the image that has a name.
func breakImage(name string, seeds []int) func(*fakeStore) {
	return func(s *fakeStore) {
		for _, seed := range seeds {
			delete(s.blobs, layerDigest(seed, small))
		}
	}
}

// compressLayers has all images keep their layers as other blobs.
func compressLayers(s *fakeStore) {
	for _, img := range s.images {
		for _, m := range img.parts {
			m.Layers = nil
		}
	}
	s.collect()
}

func TestLoadMissingRefusesTooManyLayers(t *testing.T) {
	for _, test := range []struct {
		kind    storeKind
		layers  int
		refused bool
	}{
		{classicStore, 125, false},
		{classicStore, 126, true},
		{containerdStore, 126, false},
		{containerdStore, 500, true},
		{podmanStore, 126, false},
	} {
		s := startStore(t, test.kind, "1.51")
		_, err := s.client.LoadMissing(background, testimage.New(t, 0, testimage.Seeds(0, test.layers), "deep"), progress.New(nil))
		if !test.refused {
			if err != nil {
				t.Errorf("store %d, %d layers: %v", test.kind, test.layers, err)
			}
			continue
		}
		wantError(t, err, fmt.Sprintf("the image has %d layers", test.layers), "at most", "set max_layers to")
		var tooMany *TooManyLayersError
		if !errors.As(err, &tooMany) || tooMany.Layers != test.layers {
			t.Errorf("got %#v", err)
		}
		if sent, _ := s.sent(); sent != "" {
			t.Errorf("store %d: %q layers were sent", test.kind, sent)
		}
	}
}

func TestLoadMissingReportsTheLayersError(t *testing.T) {
	broken := fmt.Errorf("cannot read the object: %w", io.ErrUnexpectedEOF)
	for _, kind := range []storeKind{classicStore, containerdStore, podmanStore, otherStore} {
		s := startStore(t, kind, "1.51")
		img := testimage.New(t, small, testimage.Seeds(0, 3), "hello")
		img.Layers[1].Write = func(context.Context, io.Writer) error { return broken }
		reporter := progress.New(nil)
		_, err := s.client.LoadMissing(background, img, reporter)
		wantError(t, err, "load an image: ", "layer 2 of 3 (seed 1): cannot read the object")
		if strings.Contains(err.Error(), "went away") {
			t.Errorf("the daemon is blamed: %v", err)
		}
		if layers, _ := reporter.Sent(); !errors.Is(err, broken) || layers != 0 {
			t.Errorf("store %d: %v, %s", kind, err, reporter.Summary())
		}
		if id, _ := s.find("hello"); id != "" {
			t.Errorf("store %d: the name is %s", kind, id)
		}
	}
}

func TestLoadMissingRefusesOtherConfigs(t *testing.T) {
	s := startStore(t, classicStore, "1.51")
	img := testimage.New(t, small, testimage.Seeds(0, 3), "hello")
	img.Layers = img.Layers[:2]
	_, err := s.client.LoadMissing(background, img, progress.New(nil))
	wantError(t, err, "3 diff IDs that are not those of the 2 layers")
	if _, requests := s.sent(); requests != 0 {
		t.Errorf("%d requests", requests)
	}
}

// TestAskAnswersNonsense has a store that counts a blob's own size.
func TestAskAnswersNonsense(t *testing.T) {
	s := startStore(t, containerdStore, "1.51")
	s.realSizes = true
	base := testimage.Seeds(0, 10)
	for _, seeds := range [][]int{base, testimage.Changed(base, 3, 100)} {
		img := testimage.New(t, small, seeds, fmt.Sprintf("hello:%d", seeds[3]))
		if _, err := s.client.LoadMissing(background, img, progress.New(nil)); err != nil {
			t.Fatal(err)
		}
		checkLoaded(t, s, img)
	}
	if sent, _ := s.sent(); sent != "10,0,10" {
		t.Errorf("%q layers were sent", sent)
	}
}

// TestLoadMissingWithOtherIDs has a store whose IDs are no digests of ours.
func TestLoadMissingWithOtherIDs(t *testing.T) {
	s := startStore(t, containerdStore, "1.51")
	s.otherIDs = true
	img := testimage.New(t, small, testimage.Seeds(0, 3), "hello:1", "hello:2")
	for range 2 {
		loaded, err := s.client.LoadMissing(background, img, nil)
		if err != nil {
			t.Fatal(err)
		}
		s.check(t)
		for _, name := range img.RepoTags {
			if id, there := s.find(name); there == nil || id != loaded.ID {
				t.Errorf("%s is %s, loaded %+v", name, id, loaded)
			}
		}
	}
}

func TestEngineNames(t *testing.T) {
	for _, test := range []struct {
		kind  storeKind
		names []string
		want  []string
	}{
		{classicStore, []string{"hello", "docker.io/library/a:1", "index.docker.io/b/c", "localhost/d", "r.io:5/e:f"}, []string{"hello:latest", "a:1", "b/c:latest", "localhost/d:latest", "r.io:5/e:f"}},
		{podmanStore, []string{"hello", "b/c:1", "localhost/d", "index.docker.io/e"}, []string{"localhost/hello:latest", "localhost/b/c:1", "localhost/d:latest", "docker.io/library/e:latest"}},
	} {
		s := startStore(t, test.kind, "1.44")
		e := s.client.Engine()
		img := testimage.New(t, small, testimage.Seeds(0, 2), test.names...)
		for range 2 {
			loaded, err := e.Load(background, img, progress.New(nil))
			if err != nil || loaded.ID != idIn(t, s, img) || !reflect.DeepEqual(loaded.Names, test.want) {
				t.Errorf("got %+v, %v, want %q", loaded, err, test.want)
			}
		}
		if got := e.String(); got != "Docker at unix://"+s.socket {
			t.Errorf("it is called %s", got)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}
