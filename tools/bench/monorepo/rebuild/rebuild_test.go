package rebuild

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/rules-strata/rules_strata/tools/bench/monorepo"
)

// TestKinds: what more runs with each strategy, and where nothing is known but
// a remote cache.
func TestKinds(t *testing.T) {
	for _, test := range []struct {
		strategy string
		change   func(g *monorepo.Graph) monorepo.Change
		want     []string
	}{
		{"popularity", editBase, []string{
			"ObjectLayer base", "BlobInfo (object) base",
			"ImageConfig other", "ImageManifest other", "PushManifest other",
			"ImageConfig roomy", "ImageManifest roomy", "PushManifest roomy",
			"RestLayer tight (fresh)", "ImageConfig tight", "BlobInfo (rest) tight (fresh)", "ImageManifest tight", "PushManifest tight",
		}},
		{"size", func(g *monorepo.Graph) monorepo.Change { return edited(g, tool) }, []string{
			"ObjectLayer tool", "ObjectInfo tool", "BlobInfo (object) tool",
			"LayerPlan other", "ImageConfig other", "ImageManifest other", "PushManifest other",
		}},
		{"popularity", func(g *monorepo.Graph) monorepo.Change {
			g.Objects[tool].Refs = []int{base, left}
			return monorepo.Change{Objects: []int{tool}}
		}, []string{
			"ObjectLayer tool", "Closure other", "LayerPlan other", "ImageConfig other", "ImageManifest other", "PushManifest other",
		}},
		{ThreeLayers, editBase, []string{
			"LayerTar other", "ImageLayout other", "LayerTar roomy", "ImageLayout roomy", "LayerTar tight", "ImageLayout tight",
		}},
	} {
		t.Run(test.strategy, func(t *testing.T) {
			g := incrementalGraph()
			var got []string
			collect := func(r Run) {
				name := r.Kind.String() + " " + r.Owner
				if r.Fresh {
					name += " (fresh)"
				}
				got = append(got, name)
			}
			b, err := New(g, Options{Strategy: test.strategy, MaxLayers: 100, Push: true}, t.TempDir(), collect)
			if err != nil {
				t.Fatal(err)
			}
			got = nil
			if err := b.Build(b.Affected(test.change(g)), collect); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func editBase(g *monorepo.Graph) monorepo.Change { return edited(g, base) }

func edited(g *monorepo.Graph, object int) monorepo.Change {
	g.Objects[object].Version++
	return monorepo.Change{Objects: []int{object}}
}

// TestFetched: a rest layer's action has all objects of its image as inputs,
// and a build without a past fetches what it did not make.
func TestFetched(t *testing.T) {
	for _, test := range []struct {
		strategy          string
		changed           int
		fetched, runfiles int64
	}{
		{"popularity", base, 5000, 7000},
		{"popularity", tool, 0, 2000},
		{OneLayer, tool, 1000, 2000},
	} {
		g := incrementalGraph()
		b, err := New(g, Options{Strategy: test.strategy, MaxLayers: 100}, t.TempDir(), func(Run) {})
		if err != nil {
			t.Fatal(err)
		}
		s := &simulation{graph: g, builds: b, registry: NewRegistry(), result: &Result{}}
		if err := s.change(edited(g, test.changed)); err != nil {
			t.Fatal(err)
		}
		if s.result.Fetched != test.fetched || s.result.Runfiles != test.runfiles {
			t.Errorf("%s, object %d: %d bytes fetched, %d in runfiles", test.strategy, test.changed, s.result.Fetched, s.result.Runfiles)
		}
	}
}

func TestRegistry(t *testing.T) {
	r := NewRegistry()
	r.Push(0, []Layer{{Digest: 1, Size: 10}, {Digest: 2, Size: 5}})
	r.Push(1, []Layer{{Digest: 1, Size: 10}, {Digest: 3, Size: 1}})
	r.Push(1, []Layer{{Digest: 1, Size: 10}, {Digest: 3, Size: 1}})
	want := Pushed{Images: 3, Layers: 4, Bytes: 26, StoredLayers: 3, StoredBytes: 16, Requests: 3*(2+1+2+2) + 4*2}
	if r.Pushed != want {
		t.Errorf("got %+v, want %+v", r.Pushed, want)
	}
}

func TestLoad(t *testing.T) {
	had := []Layer{{Digest: 1, Size: 10}, {Digest: 2, Size: 20}, {Digest: 3, Size: 30}}
	for _, test := range []struct {
		name string
		now  []Layer
		want Loaded
	}{
		{"the same", had, Loaded{}},
		{"the top", []Layer{had[0], had[1], {Digest: 4, Size: 5}}, Loaded{5, 5}},
		{"the bottom", []Layer{{Digest: 4, Size: 5}, had[1], had[2]}, Loaded{5, 55}},
		{"one more", append(slices.Clone(had), Layer{Digest: 4, Size: 5}), Loaded{5, 5}},
		{"another order", []Layer{had[1], had[0]}, Loaded{0, 30}},
	} {
		if got := Load(test.now, test.now); got != (Loaded{}) {
			t.Errorf("%s, again: %+v", test.name, got)
		}
		if got := Load(had, test.now); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.name, got, test.want)
		}
	}
}

// TestCost: constants and what the image's size adds, up to Bazel's limit for
// arguments in a command.
func TestCost(t *testing.T) {
	o := &Options{Strategy: "stable"}
	for _, test := range []struct {
		run  Run
		want int64
	}{
		{Run{Kind: ObjectLayer, shape: shape{read: 5}}, 489 + 148 + 801 + 323},
		{Run{Kind: LayerPlan, shape: shape{objects: 100, layers: 50}}, 323 + 148 + 421 + 16000 + 100 + 5200 + 2100},
		{Run{Kind: LayerPlan, shape: shape{objects: 300, layers: 50}}, 323 + 148 + 421 + 100 + 15600 + 2100},
		{Run{Kind: LayerTar, shape: shape{read: 1000}}, 340 + 148 + 600 + 350},
	} {
		if got := o.cost(test.run).CacheBytes; got != test.want {
			t.Errorf("%v: got %d, want %d", test.run, got, test.want)
		}
	}
	for k := range Kinds {
		if c := o.cost(Run{Kind: k}); c.CacheRequests < 5 || c.CacheBytes < 500 {
			t.Errorf("%v: %+v", k, c)
		}
	}
}

// smallTeam is a monorepo that is quickly simulated, with the default's
// distributions.
func smallTeam() monorepo.Params {
	p := monorepo.Defaults()
	p.Images, p.Objects, p.Changes, p.Bumps = 40, 600, 150, 5
	return p
}

// TestExpected: the formulas and the simulation agree, where the plan depends
// on the graph alone. What is left is chance: a few changes of what everything
// needs.
func TestExpected(t *testing.T) {
	p := smallTeam()
	p.AddedRefs, p.RemovedRefs, p.AddedObjects, p.AddedImages = 0, 0, 0, 0
	const days = 25
	r, err := Simulate(context.Background(), p, Options{Strategy: "popularity", MaxLayers: 40, Push: true}, Team{Engineers: 5, Loads: 2}, days, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	deviation := deviations(t, p)
	for f, part := range [Formulas]float64{
		ObjectLayers: .02, ImageConfigs: .05, RestLayers: .05, FreshRestLayers: .05, SentLayers: .08, Sent: .1, Stored: .1,
	} {
		want := r.Expected[f] * days
		if off := r.Counted[f]/want - 1; math.Abs(off) > part || math.IsNaN(off) {
			t.Errorf("%v: %g a day, the formula says %g: %+.1f %%", Formula(f), r.Counted[f]/days, want/days, 100*off)
		}
		if r.Chance[f] <= 0 || r.Chance[f] > want/4 {
			t.Errorf("%v: %g may be %g off", Formula(f), want, r.Chance[f])
		}
		// What was counted must not widen what it may be off by.
		if want := deviation[f] * math.Sqrt(days); math.Abs(r.Chance[f]/want-1) > 1e-9 {
			t.Errorf("%v: %g may be %g off, of the formula alone %g", Formula(f), r.Counted[f], r.Chance[f], want)
		}
	}
	if r.Runs[ObjectBlobInfo] != r.Runs[ObjectLayer] || r.Images != r.Runs[ImageConfig] {
		t.Errorf("%v, %d images", r.Runs, r.Images)
	}
	if r.Runs[LayerPlan]+r.Runs[Closure] > 0 {
		t.Errorf("plans without a change of references: %v", r.Runs)
	}
}

// deviations are those of one day, by the formulas.
func deviations(t *testing.T, p monorepo.Params) Amounts {
	t.Helper()
	g, err := monorepo.New(p)
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(g, Options{Strategy: "popularity", MaxLayers: 40, Push: true}, t.TempDir(), func(Run) {})
	if err != nil {
		t.Fatal(err)
	}
	_, deviation := b.Expect(p)
	return deviation
}

// TestSame: the same parameters give the same numbers, and every strategy
// works.
func TestSame(t *testing.T) {
	for _, strategy := range []string{"auto", "origin", "popularity", "popularity_pinned", "size", "stable", OneLayer, ThreeLayers} {
		t.Run(strategy, func(t *testing.T) {
			t.Parallel()
			p := smallTeam()
			p.Images, p.Objects, p.Changes = 20, 300, 20
			var results []string
			for range 2 {
				r, err := Simulate(context.Background(), p, Options{Strategy: strategy, MaxLayers: 20, Push: true}, Team{Engineers: 5, Loads: 2}, 1, t.TempDir())
				if err != nil {
					t.Fatal(err)
				}
				results = append(results, fmt.Sprintf("%+v", *r))
				if r.Images == 0 || r.Pushed.Bytes == 0 || r.Sync.Chain < r.Sync.Bytes || r.Loop.Bytes == 0 || r.Lookups == 0 || r.Cost.CPU == 0 {
					t.Errorf("%+v", r)
				}
			}
			if !reflect.DeepEqual(results[0], results[1]) {
				t.Errorf("%s\n%s", results[0], results[1])
			}
		})
	}
}

func TestErrors(t *testing.T) {
	p := smallTeam()
	for _, o := range []Options{{Strategy: "none", MaxLayers: 9}, {Strategy: "size", MaxLayers: 1}} {
		if _, err := Simulate(context.Background(), p, o, Team{Engineers: 1}, 1, t.TempDir()); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
	p.Images = 0
	if _, err := Simulate(context.Background(), p, Options{}, Team{}, 1, t.TempDir()); err == nil {
		t.Error("no images: no error")
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Simulate(ctx, smallTeam(), Options{Strategy: OneLayer}, Team{Engineers: 1}, 1, t.TempDir()); err == nil {
		t.Error("stopped: no error")
	}
}
