package layering

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/store"
)

// planAuto splits off the largest objects, each with those of its references
// that nothing else needs, for as long as there are layers.
//
// Each object has an owner set. In the beginning all have the empty one.
// The objects are taken one by one, the largest first; of equally large ones
// the last in the closure comes first. The object that is taken becomes a
// primary:
//
//   - its own owner set is itself;
//   - each object that it needs, directly or not, loses from its owner set the
//     primaries that need the new one; if nothing else that the new one needs
//     is left there, the new one joins the set.
//
// A layer is what has the same owner set, so when that makes more layers than
// are allowed, the last step is undone, and this is the result. Synthetic
// objects take part in it and are dropped at the end. Layers are sorted by the
// size of their closures, the objects in a layer by name and then by hash.
//
// It is the algorithm of nixpkgs' auto-layer.py, which sorts layers with
// closures of one size at random: here, by the name of their first object.
// What a base image holds is never a primary and takes up no layer.
func planAuto(p *problem) ([]planned, error) {
	if err := p.needSizes(); err != nil {
		return nil, err
	}
	a := newOwners(p)
	for _, primary := range p.largestFirst() {
		if p.leftOut[p.path(primary)] {
			continue
		}
		next := a.split(primary)
		if a.layers(next) > p.layers {
			break
		}
		a.setOf = next
	}
	return a.result(), nil
}

// largestFirst are the objects by size, of equal ones the last first.
func (p *problem) largestFirst() []int32 {
	order := make([]int32, len(p.sizes))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(p.sizes[b], p.sizes[a]), cmp.Compare(b, a))
	})
	return order
}

// owners are the owner sets under way. There are never many different ones,
// so that a step handles each once, whatever the number of objects.
type owners struct {
	p            *problem
	deps, users  *reach
	sets         [][]int32 // sorted
	number       map[string]int32
	setOf        []int32 // the number of each object's set
	seen, marked []int32 // of each set: the last count and the last step that met it
	moved        []int32 // of each set: what the last step made of it
	counts       int32
}

func newOwners(p *problem) *owners {
	n := len(p.sizes)
	a := &owners{
		p: p, deps: newReach(p.refs), users: newReach(p.refs.reversed()),
		number: map[string]int32{}, setOf: make([]int32, n),
	}
	a.intern(nil) // the set number 0, which all have
	return a
}

// intern gives the number of a set.
func (a *owners) intern(set []int32) int32 {
	key := make([]byte, 0, 4*len(set))
	for _, i := range set {
		key = append(key, byte(i), byte(i>>8), byte(i>>16), byte(i>>24))
	}
	number, ok := a.number[string(key)]
	if !ok {
		number = int32(len(a.sets))
		a.number[string(key)] = number
		a.sets = append(a.sets, set)
		a.seen, a.marked, a.moved = append(a.seen, 0), append(a.marked, 0), append(a.moved, 0)
	}
	return number
}

// split returns the sets that the objects have with one primary more.
func (a *owners) split(primary int32) []int32 {
	next := slices.Clone(a.setOf)
	next[primary] = a.intern([]int32{primary})
	a.counts++
	step := a.counts
	a.users.from(primary)
	for _, i := range a.deps.from(primary) {
		if i == primary {
			continue
		}
		set := a.setOf[i]
		if a.marked[set] != step {
			a.marked[set] = step
			moved := a.intern(a.without(a.sets[set], primary))
			a.moved[set] = moved
		}
		next[i] = a.moved[set]
	}
	return next
}

// without is what a step makes of the owner set of an object that the new
// primary needs.
func (a *owners) without(set []int32, primary int32) []int32 {
	kept := make([]int32, 0, len(set)+1)
	needed := false
	for _, owner := range set {
		if owner != primary && a.users.has(owner) {
			continue
		}
		kept = append(kept, owner)
		needed = needed || owner != primary && a.deps.has(owner)
	}
	if !needed && !slices.Contains(kept, primary) {
		kept = append(kept, primary)
		slices.Sort(kept)
	}
	return kept
}

// layers counts the different sets of all objects that take up a layer.
func (a *owners) layers(setOf []int32) int {
	a.counts++
	n := 0
	for i, set := range setOf {
		if a.seen[set] != a.counts && !a.p.leftOut[a.p.path(int32(i))] {
			a.seen[set] = a.counts
			n++
		}
	}
	return n
}

// autoLayer is a layer of the result.
type autoLayer struct {
	planned
	objects     []int32
	closureSize int64
}

// result groups the objects by their sets.
func (a *owners) result() []planned {
	groups := make([]autoLayer, len(a.sets))
	for i, set := range a.setOf {
		if !a.p.leftOut[a.p.path(int32(i))] {
			groups[set].objects = append(groups[set].objects, int32(i))
		}
	}
	var layers []autoLayer
	for set, l := range groups {
		if a.fill(&l, a.sets[set]); len(l.paths) > 0 {
			layers = append(layers, l)
		}
	}
	slices.SortFunc(layers, func(a, b autoLayer) int {
		return cmp.Or(cmp.Compare(a.closureSize, b.closureSize), compareNames(a.paths[0], b.paths[0]))
	})
	out := make([]planned, len(layers))
	for i, l := range layers {
		out[i] = l.planned
	}
	return out
}

// fill completes a layer of some objects with one owner set.
func (a *owners) fill(l *autoLayer, set []int32) {
	for _, i := range l.objects {
		if !a.p.skip(i) {
			l.paths = append(l.paths, a.p.path(i))
		}
	}
	slices.SortFunc(l.paths, compareNames)
	for _, i := range set {
		l.usedBy = append(l.usedBy, a.p.path(i))
	}
	slices.SortFunc(l.usedBy, compareNames)
	l.why = count(len(l.paths), "object") + " that no large object needs"
	if len(l.usedBy) > 0 {
		l.why = count(len(l.paths), "object") + ", used by " + names(l.usedBy)
	}
	for _, i := range a.deps.from(l.objects...) {
		l.closureSize += a.p.sizes[i]
	}
}

// compareNames compares paths by what follows their first dash, and then by
// what stands before it.
func compareNames(a, b store.Path) int {
	hashA, nameA, _ := strings.Cut(string(a), "-")
	hashB, nameB, _ := strings.Cut(string(b), "-")
	return cmp.Or(strings.Compare(nameA, nameB), strings.Compare(hashA, hashB))
}
