package layering

import (
	"math/big"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/store"
)

// contest is the reference implementation's recursion for graphs without
// cycles: each object that a group of objects names counts 1, and whatever the
// contest among its own references counts, plus 1 each.
type contest struct {
	refs map[store.Path][]store.Path
	done map[store.Path]map[store.Path]*big.Int
}

func (c *contest) run(group []store.Path) map[store.Path]*big.Int {
	counts := map[store.Path]*big.Int{}
	count := func(p store.Path, n *big.Int) {
		if counts[p] == nil {
			counts[p] = new(big.Int)
		}
		counts[p].Add(counts[p], n)
	}
	one := big.NewInt(1)
	for _, p := range group {
		count(p, one)
		if c.done[p] == nil {
			c.done[p] = c.run(c.refs[p])
		}
		for below, n := range c.done[p] {
			count(below, n)
			count(below, one)
		}
	}
	return counts
}

// contestCounts returns the popularity of every object by the recursion.
func contestCounts(c *closure.Closure) map[store.Path]*big.Int {
	k := contest{refs: map[store.Path][]store.Path{}, done: map[store.Path]map[store.Path]*big.Int{}}
	referred := map[store.Path]bool{}
	for _, o := range c.Objects {
		k.refs[o.Path] = []store.Path{}
		for _, r := range o.References {
			if r != o.Path && !slices.Contains(k.refs[o.Path], r) {
				k.refs[o.Path] = append(k.refs[o.Path], r)
				referred[r] = true
			}
		}
	}
	var roots []store.Path
	for _, o := range c.Objects {
		if !referred[o.Path] {
			roots = append(roots, o.Path)
		}
	}
	return k.run(roots)
}

// definitionCounts returns the popularity of every object that a walk reaches
// as the package documents it, cycles included, from sets of ancestors that
// are found one by one.
func definitionCounts(c *closure.Closure) map[store.Path]*big.Int {
	n := len(c.Objects)
	index := map[store.Path]int{}
	for i, o := range c.Objects {
		index[o.Path] = i
	}
	referrers := make([][]int, n)
	for i, o := range c.Objects {
		for _, r := range o.References {
			if j := index[r]; j != i && !slices.Contains(referrers[j], i) {
				referrers[j] = append(referrers[j], i)
			}
		}
	}
	ancestors := make([][]bool, n) // each object's, and the object itself
	for i := range n {
		ancestors[i] = make([]bool, n)
		for todo := []int{i}; len(todo) > 0; {
			v := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			if !ancestors[i][v] {
				ancestors[i][v] = true
				todo = append(todo, referrers[v]...)
			}
		}
	}
	walks := make([]*big.Int, n)
	var walksOf func(v int) *big.Int
	walksOf = func(v int) *big.Int {
		if walks[v] != nil {
			return walks[v]
		}
		sum := new(big.Int)
		if len(referrers[v]) == 0 {
			sum.SetInt64(1)
		}
		for u := range n { // u: the objects in a cycle with v, v among them
			if !ancestors[v][u] || !ancestors[u][v] {
				continue
			}
			for _, r := range referrers[u] {
				if !ancestors[r][v] {
					sum.Add(sum, walksOf(r))
				}
			}
		}
		walks[v] = sum
		return sum
	}
	counts := map[store.Path]*big.Int{}
	for i, o := range c.Objects {
		sum := new(big.Int)
		for u := range n {
			if ancestors[i][u] {
				sum.Add(sum, walksOf(u))
			}
		}
		if walksOf(i).Sign() > 0 {
			counts[o.Path] = sum
		}
	}
	return counts
}

// orderBy sorts all objects by count; those without one come last.
func orderBy(c *closure.Closure, counts map[store.Path]*big.Int) []store.Path {
	var order []store.Path
	for _, o := range c.Objects {
		order = append(order, o.Path)
	}
	count := func(p store.Path) *big.Int {
		if counts[p] == nil {
			return new(big.Int)
		}
		return counts[p]
	}
	name := func(p store.Path) string {
		parts := strings.Split(string(p), "-")
		return strings.Join(append(parts[1:], parts[0]), "-")
	}
	slices.SortFunc(order, func(a, b store.Path) int {
		if diff := count(b).Cmp(count(a)); diff != 0 {
			return diff
		}
		return strings.Compare(name(a), name(b))
	})
	return order
}
