package layering

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/store"
)

// sized is a closure with sizes, as a problem for so many layers.
func sized(c *closure.Closure, layers int) *problem {
	p := &problem{closure: c, refs: referencesOf(c.Objects), layers: layers, leftOut: map[store.Path]bool{}}
	for _, o := range c.Objects {
		p.sizes = append(p.sizes, o.NarSize)
	}
	return p
}

// exampleGraph is the graph of the known answers, as names.
func exampleGraph() *closure.Closure {
	c := named(map[string][]string{
		"A": {"B", "G"}, "B": {"C", "E"}, "C": {"D", "E"}, "D": {"F"}, "E": {"F"}, "F": nil, "G": nil,
	})
	sizes := map[string]int64{"A": 10, "B": 20, "C": 50, "D": 60, "E": 30, "F": 70, "G": 1}
	for i := range c.Objects {
		c.Objects[i].NarSize = sizes[c.Objects[i].Path.Name()]
	}
	return c
}

// spell writes the names of a plan.
func spell(layers []planned) string {
	list := make([]string, len(layers))
	for i, l := range layers {
		list[i] = strings.Join(namesOf(l.paths), " ")
	}
	return strings.Join(list, " | ")
}

func TestAuto(t *testing.T) {
	for _, test := range []struct {
		layers  int
		want    string
		leftOut string
		ignored string
	}{
		{1, "A B C D E F G", "", ""},
		{2, "F | A B C D E G", "", ""},
		{3, "F | D | A B C E G", "", ""},
		{4, "F | D | C E | A B G", "", ""},
		{7, "G | F | E | D | C | B | A", "", ""},
		{99, "G | F | E | D | C | B | A", "", ""},
		// Synthetic objects take layers and then leave them.
		{2, "A B C D E G", "", "F"},
		{3, "F | D | B C E G", "", "A"},
		// What a base holds does not.
		{2, "D | A B C E G", "F", ""},
		{3, "D | C E | A B G", "F", ""},
		{5, "G | F | D | C | A", "E B", ""},
	} {
		t.Run(fmt.Sprint(test.layers, " ", test.leftOut, " ", test.ignored), func(t *testing.T) {
			c := exampleGraph()
			p := sized(c, test.layers)
			for i, o := range c.Objects {
				p.leftOut[o.Path] = strings.Contains(test.leftOut, o.Path.Name())
				c.Objects[i].Synthetic = strings.Contains(test.ignored, o.Path.Name())
			}
			got, err := planAuto(p)
			if err != nil || spell(got) != test.want {
				t.Errorf("got  %s, %v\nwant %s", spell(got), err, test.want)
			}
		})
	}
}

func TestAutoUsedBy(t *testing.T) {
	got, err := planAuto(sized(exampleGraph(), 4))
	if err != nil {
		t.Fatal(err)
	}
	var usedBy []string
	for _, l := range got {
		usedBy = append(usedBy, names(l.usedBy))
	}
	if got := fmt.Sprintf("%q", usedBy); got != `["F" "D" "C" ""]` {
		t.Errorf("got %s", got)
	}
}

// TestAutoNames: the order in a layer is that of the names, and then of the
// hashes, also where one name begins another.
func TestAutoNames(t *testing.T) {
	c := &closure.Closure{}
	for i, name := range []string{"b", "a+b", "a", "a-b", "a"} {
		c.Objects = append(c.Objects, closure.Object{Path: pathOf(i, name), NarSize: 1})
	}
	got, err := planAuto(sized(c, 1))
	if err != nil || spell(got) != "a a a+b a-b b" || got[0].paths[0] != pathOf(2, "a") {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAutoNeedsSizes(t *testing.T) {
	c := exampleGraph()
	c.Objects[3].NarSize = 0
	want := "needs the NAR size of every object, and that of " + string(c.Objects[3].Path) + " is not known"
	if _, err := planAuto(sized(c, 3)); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	c.Objects[3].Synthetic = true
	if _, err := planAuto(sized(c, 3)); err != nil {
		t.Error(err)
	}
}

// randomSizes gives the objects sizes, of which some are equal.
func randomSizes(c *closure.Closure, random *rand.Rand) {
	for i := range c.Objects {
		c.Objects[i].NarSize = 1 + random.Int64N(int64(2*len(c.Objects)))
	}
}

func TestAutoAgainstTheDefinition(t *testing.T) {
	for seed := range uint64(500) {
		random := rand.New(rand.NewPCG(seed, 3))
		n := 1 + random.IntN(30)
		refs := randomGraph(random, n, random.IntN(4), 1+random.IntN(n))
		if random.IntN(4) == 0 { // cycles
			refs[random.IntN(n)] = append(refs[random.IntN(n)], random.IntN(n))
		}
		c := numbered(refs)
		randomSizes(c, random)
		for range random.IntN(3) {
			c.Objects[random.IntN(n)].Synthetic = true
		}
		p := sized(c, 1+random.IntN(n+2))
		got, err := planAuto(p)
		if err != nil {
			t.Fatal(err)
		}
		if want := autoByDefinition(c, p.layers); spell(got) != want {
			t.Fatalf("seed %d, %d layers:\ngot  %s\nwant %s", seed, p.layers, spell(got), want)
		}
	}
}

// autoByDefinition follows the description step by step with sets of names.
func autoByDefinition(c *closure.Closure, limit int) string {
	type set = map[string]bool
	size, deps, users := map[string]int64{}, map[string]set{}, map[string]set{}
	for _, o := range c.Objects {
		size[o.Path.Name()], deps[o.Path.Name()], users[o.Path.Name()] = o.NarSize, set{}, set{}
	}
	for range c.Objects { // closures by repetition
		for _, o := range c.Objects {
			from := o.Path.Name()
			for _, r := range o.References {
				deps[from][r.Name()] = true
				for below := range deps[r.Name()] {
					deps[from][below] = true
				}
			}
		}
	}
	for from := range deps {
		for to := range deps[from] {
			users[to][from] = true
		}
	}
	spellSet := func(s set) string { return strings.Join(sortedNames(s), " ") }
	split := map[string]set{}
	var queue []string
	for _, o := range c.Objects {
		split[o.Path.Name()] = set{}
		queue = append(queue, o.Path.Name())
	}
	slices.SortStableFunc(queue, func(a, b string) int { return int(size[a] - size[b]) })
	for _, primary := range slices.Backward(queue) {
		next := map[string]set{}
		for name, owners := range split {
			next[name] = owners
		}
		next[primary] = set{primary: true}
		for d := range deps[primary] {
			if d == primary {
				continue
			}
			owners, needed := set{}, false
			for o := range split[d] {
				if o == primary || !users[primary][o] {
					owners[o] = true
					needed = needed || o != primary && deps[primary][o]
				}
			}
			if !needed {
				owners[primary] = true
			}
			next[d] = owners
		}
		different := set{}
		for _, owners := range next {
			different[spellSet(owners)] = true
		}
		if len(different) > limit {
			break
		}
		split = next
	}
	layers, closures := map[string]set{}, map[string]set{}
	for _, o := range c.Objects {
		key := spellSet(split[o.Path.Name()])
		if layers[key] == nil {
			layers[key], closures[key] = set{}, set{}
		}
		closures[key][o.Path.Name()] = true
		for d := range deps[o.Path.Name()] {
			closures[key][d] = true
		}
		if !o.Synthetic {
			layers[key][o.Path.Name()] = true
		}
	}
	type layer struct {
		names string
		size  int64
	}
	var list []layer
	for key, members := range layers {
		if len(members) > 0 {
			l := layer{names: spellSet(members)}
			for name := range closures[key] {
				l.size += size[name]
			}
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(a, b layer) int {
		if a.size != b.size {
			return int(a.size - b.size)
		}
		return strings.Compare(strings.Fields(a.names)[0], strings.Fields(b.names)[0])
	})
	var out []string
	for _, l := range list {
		out = append(out, l.names)
	}
	return strings.Join(out, " | ")
}

func sortedNames(set map[string]bool) []string {
	var names []string
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// TestAutoLarge: every object of a large graph is in exactly one layer.
func TestAutoLarge(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	c := numbered(randomGraph(random, 10_000, 10, 1000))
	randomSizes(c, random)
	layers, err := planAuto(sized(c, 97))
	if err != nil || len(layers) > 97 || len(layers) < 2 {
		t.Fatalf("%d layers, %v", len(layers), err)
	}
	times := map[store.Path]int{}
	for _, l := range layers {
		for _, path := range l.paths {
			times[path]++
		}
	}
	for _, o := range c.Objects {
		if times[o.Path] != 1 {
			t.Errorf("%s is in %d layers", o.Path, times[o.Path])
		}
	}
}
