package layering

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/store"
)

func planPopularity(p *problem) ([]planned, error) {
	return explained(ClassicSplit(p.popular(), p.layers), "most popular"), nil
}

// popular are the objects that come into layers, most popular first.
func (p *problem) popular() []store.Path {
	var order []store.Path
	for _, i := range contestOrder(p.refs, p.path) {
		if !p.skip(i) {
			order = append(order, p.path(i))
		}
	}
	return order
}

// Popularity returns the objects of a closure that are not synthetic, most
// popular first; see the package's documentation. A reference to a path that
// is not in the closure is ignored.
func Popularity(c *closure.Closure) []store.Path {
	p := problem{closure: c, refs: referencesOf(c.Objects)}
	return p.popular()
}

// contestOrder returns the objects of a graph, most popular first.
func contestOrder(refs lists, path func(i int32) store.Path) []int32 {
	counts := popularityOf(refs)
	names := make([]string, refs.len())
	order := make([]int32, refs.len())
	for i := range order {
		order[i] = int32(i)
		names[i] = packageName(path(int32(i)))
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(
			counts[b].compare(counts[a]),
			strings.Compare(names[a], names[b]),
			strings.Compare(string(path(a)), string(path(b))))
	})
	return order
}

// popularityOf returns the popularity of each object of a graph, nil where no
// walk reaches it.
func popularityOf(refs lists) []number {
	graph := condense(refs)
	ofNodes := popularities(graph.referrers, countWalks(graph))
	counts := make([]number, refs.len())
	for i, node := range graph.nodeOf {
		if node != unreached {
			counts[i] = ofNodes[node]
		}
	}
	return counts
}

// packageName moves what stands before the first dash of a path to its end:
// "/nix/store/<hash>-a-b" becomes "a-b-/nix/store/<hash>".
func packageName(p store.Path) string {
	hash, name, _ := strings.Cut(string(p), "-")
	return name + "-" + hash
}
