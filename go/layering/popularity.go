package layering

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/store"
)

func planPopularity(c *closure.Closure, n int) ([][]store.Path, error) {
	return ClassicSplit(Popularity(c), n), nil
}

// Popularity returns the objects of a closure that are not synthetic, most
// popular first; see the package's documentation. A reference to a path that
// is not in the closure is ignored.
func Popularity(c *closure.Closure) []store.Path {
	graph := condense(referencesOf(c.Objects))
	counts := popularities(graph.referrers, countWalks(graph))
	type candidate struct {
		path       store.Path
		name       string
		popularity number
	}
	var order []candidate
	for i, o := range c.Objects {
		if o.Synthetic {
			continue
		}
		var popularity number
		if node := graph.nodeOf[i]; node != unreached {
			popularity = counts[node]
		}
		order = append(order, candidate{o.Path, packageName(o.Path), popularity})
	}
	slices.SortFunc(order, func(a, b candidate) int {
		return cmp.Or(
			b.popularity.compare(a.popularity),
			strings.Compare(a.name, b.name),
			strings.Compare(string(a.path), string(b.path)))
	})
	paths := make([]store.Path, len(order))
	for i, o := range order {
		paths[i] = o.path
	}
	return paths
}

// packageName moves what stands before the first dash of a path to its end:
// "/nix/store/<hash>-a-b" becomes "a-b-/nix/store/<hash>".
func packageName(p store.Path) string {
	hash, name, _ := strings.Cut(string(p), "-")
	return name + "-" + hash
}
