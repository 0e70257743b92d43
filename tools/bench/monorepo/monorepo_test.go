package monorepo

import (
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func small() Params {
	p := Defaults()
	p.Images, p.Objects = 100, 1000
	return p
}

func made(t *testing.T, p Params) *Graph {
	t.Helper()
	g, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestSame: the graph and its changes are a function of the parameters. The
// hash keeps tables of last year comparable: another one means other numbers
// in docs/design/scale.md.
func TestSame(t *testing.T) {
	text := func(seed uint64) string {
		p := small()
		p.Seed = seed
		g := made(t, p)
		var out strings.Builder
		stream := NewStream(g)
		for range 2 {
			if err := stream.Day(func(c Change) error {
				fmt.Fprintln(&out, c)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		for i := range g.Objects {
			o := g.Objects[i]
			fmt.Fprintln(&out, o.Name, o.Origin, o.Folder, o.Refs, o.Version, o.Listing, o.level)
		}
		fmt.Fprintln(&out, g.Images)
		return fmt.Sprintf("%x", sha256.Sum256([]byte(out.String())))[:16]
	}
	first := text(1)
	if again := text(1); again != first {
		t.Errorf("%s, and then %s", first, again)
	}
	if first != graphHash {
		t.Errorf("%s, it was %s", first, graphHash)
	}
	if text(2) == first {
		t.Error("the seed changes nothing")
	}
}

const graphHash = "987a6d90ae8ba845"

// TestShape: as many objects and images as asked for, no cycles, references to
// lower levels alone, every program the content of one image.
func TestShape(t *testing.T) {
	p := small()
	g := made(t, p)
	if len(g.Objects) != p.Objects || len(g.Images) != p.Images {
		t.Errorf("%d objects and %d images", len(g.Objects), len(g.Images))
	}
	names := map[string]bool{}
	external := 0
	for i := range g.Objects {
		o := &g.Objects[i]
		names[o.Name] = true
		if !o.FirstParty() {
			external++
		}
		if !slices.IsSorted(o.Refs) || o.Size < 1 {
			t.Errorf("%+v", o)
		}
		for _, ref := range o.Refs {
			to := &g.Objects[ref]
			if o.FirstParty() && to.FirstParty() && to.level >= o.level || !o.FirstParty() && ref >= i {
				t.Errorf("%s of level %d needs %s of level %d", o.Name, o.level, to.Name, to.level)
			}
		}
	}
	if len(names) != p.Objects || external != int(p.External*float64(p.Objects)) {
		t.Errorf("%d names, %d external", len(names), external)
	}
	for i, im := range g.Images {
		if o := g.Objects[im.Contents[0]]; len(im.Contents) != 1 || !strings.HasPrefix(o.Name, "program") {
			t.Errorf("image %d: %+v", i, im)
		}
		closure := g.Closure(i)
		for _, o := range closure {
			for _, ref := range g.Objects[o].Refs {
				if _, found := slices.BinarySearch(closure, ref); !found {
					t.Errorf("image %d lacks %s", i, g.Objects[ref].Name)
				}
			}
		}
	}
}

// TestChanges: each change says all that it touched, and is in one folder or of
// one origin.
func TestChanges(t *testing.T) {
	p := small()
	p.AddedImages = .05
	g := made(t, p)
	before := slices.Clone(g.Objects)
	images, edits, bumps := len(g.Images), 0, 0
	stream := NewStream(g)
	for range 3 {
		if err := stream.Day(func(c Change) error {
			before = append(before, g.Objects[len(before):]...)
			for i := range g.Objects {
				now, was := &g.Objects[i], &before[i]
				changed := now.Version != was.Version || now.Listing != was.Listing || !slices.Equal(now.Refs, was.Refs)
				if _, said := slices.BinarySearch(c.Objects, i); changed && !said {
					t.Fatalf("%+v: %s changed, too", c, now.Name)
				}
			}
			first := &g.Objects[c.Objects[0]]
			switch c.Kind {
			case Bump:
				bumps++
				if first.FirstParty() || !slices.Equal(c.Objects, g.Origins[originOf(g, c.Objects[0])]) {
					t.Errorf("%+v", c)
				}
			case Edit:
				edits++
				if !first.FirstParty() {
					t.Errorf("%+v", c)
				}
			}
			for _, i := range c.Images {
				if i != images {
					t.Errorf("new image %d, there were %d", i, images)
				}
				images++
			}
			copy(before, g.Objects)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if edits != 3*p.Changes || bumps != 3*int(p.Bumps) || images == p.Images || images != len(g.Images) || len(g.Objects) == p.Objects {
		t.Errorf("%d edits, %d bumps, %d images, %d objects", edits, bumps, images, len(g.Objects))
	}
	want := fmt.Errorf("stop")
	if err := stream.Day(func(Change) error { return want }); err != want {
		t.Errorf("got %v", err)
	}
}

func originOf(g *Graph, object int) int {
	return slices.IndexFunc(g.Origins, func(o []int) bool { return slices.Contains(o, object) })
}

// TestDraws: the means and shares that the parameters promise.
func TestDraws(t *testing.T) {
	d := newDraw(7, 7)
	const n = 200000
	var counts, times, top float64
	var sizes []int64
	for range n {
		counts += float64(d.count(1, 3)) / n
		times += float64(d.times(2.25)) / n
		if d.zipf(1000, .8) < 100 {
			top += 1. / n
		}
		sizes = append(sizes, d.size(1<<20, 1))
	}
	slices.Sort(sizes)
	zipf := 0.
	all := 0.
	for k := range 1000 {
		weight := math.Pow(float64(k+1), -.8)
		if all += weight; k < 100 {
			zipf += weight
		}
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"count", counts, 3}, {"times", times, 2.25}, {"zipf", top, zipf / all},
		{"median", float64(sizes[n/2]), 1 << 20}, {"sigma", math.Log(float64(sizes[n*841/1000])) - math.Log(1<<20), 1},
	} {
		if math.Abs(c.got/c.want-1) > .05 {
			t.Errorf("%s: got %g, want %g", c.name, c.got, c.want)
		}
	}
	for range 1000 {
		if k := d.zipf(3, 1); k < 0 || k > 2 {
			t.Fatal(k)
		}
	}
	var activity []float64
	for range n {
		activity = append(activity, math.Exp(Defaults().ActivitySigma*d.NormFloat64()))
	}
	slices.Sort(activity)
	var total, highest float64
	for i, a := range activity {
		if total += a; i >= n*8/10 {
			highest += a
		}
	}
	if share := highest / total; math.Abs(share-.8) > .02 {
		t.Errorf("the most active fifth has %g of the changes, want .8", share)
	}
	var w weights
	for _, weight := range []float64{1, 0, 3} {
		w.add(weight)
	}
	picked := [3]float64{}
	for range n {
		picked[w.pick(d)] += 4. / n
	}
	if picked[1] != 0 || math.Abs(picked[0]-1) > .05 {
		t.Errorf("%v", picked)
	}
}

// TestReferences: programs draw as many times the references of libraries as the
// parameters say, fewer than one each too, and none where that is asked for.
func TestReferences(t *testing.T) {
	external := func(p Params) (library, program float64) {
		g := made(t, p)
		for i := range g.Objects {
			o := &g.Objects[i]
			if !o.FirstParty() {
				continue
			}
			for _, ref := range o.Refs {
				switch {
				case g.Objects[ref].FirstParty():
				case o.level == p.Levels:
					program++
				default:
					library++
				}
			}
		}
		return library / float64(p.Objects-g.externals-p.Images), program / float64(p.Images)
	}
	p := Defaults()
	// So that the same object is seldom drawn twice, which is one reference.
	p.Popularity = .1
	library, program := external(p)
	if math.Abs(library/.5-1) > .05 || math.Abs(program/1.5-1) > .05 {
		t.Errorf("a library has %.2f external references and a program %.2f, want .5 and 1.5", library, program)
	}
	p.ExternalRefs = 0
	if library, program := external(p); library > 0 || program > 0 {
		t.Errorf("a library has %.2f external references and a program %.2f, want none", library, program)
	}
}

// TestCount: a number of at least n has no mean below n.
func TestCount(t *testing.T) {
	defer func() {
		if text := fmt.Sprint(recover()); !strings.Contains(text, "a mean of 1.5: want at least 2") {
			t.Error(text)
		}
	}()
	t.Error(newDraw(1, 1).count(2, 1.5))
}

func TestParams(t *testing.T) {
	for name, spoil := range map[string]func(p *Params){
		"no images":       func(p *Params) { p.Images = 0 },
		"too few objects": func(p *Params) { p.Objects = p.Images },
		"no externals":    func(p *Params) { p.External = 0 },
		"only externals":  func(p *Params) { p.External = 1 },
		"no changes":      func(p *Params) { p.Changes = 0 },
		"no edits":        func(p *Params) { p.EditedObjects = 0 },
		"no levels":       func(p *Params) { p.Levels = 1 },
		"few references":  func(p *Params) { p.FirstPartyRefs = .5 },
		"few of programs": func(p *Params) { p.ProgramRefs = .3 },
		"less than none":  func(p *Params) { p.ExternalRefs = -1 },
		"below none":      func(p *Params) { p.ExternalDeps = -1 },
		"few in origins":  func(p *Params) { p.PerOrigin = .5 },
	} {
		p := small()
		spoil(&p)
		if _, err := New(p); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestSet: every name sets a parameter of its own.
func TestSet(t *testing.T) {
	var p Params
	for i, name := range Names() {
		if err := p.Set(name, float64(i+1)); err != nil {
			t.Error(err)
		}
	}
	for i, name := range Names() {
		if got := *p.named()[name]; got != float64(i+1) {
			t.Errorf("%s is %g, want %d", name, got, i+1)
		}
	}
	if err := p.Set("no", 1); err == nil || !strings.Contains(err.Error(), `no parameter "no": want activity-sigma, `) {
		t.Errorf("got %v", err)
	}
}
