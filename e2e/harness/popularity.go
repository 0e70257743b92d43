package harness

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// PopularityOrder is the order in which dockerTools puts objects into layers,
// written down a second time, from its definition: an object counts once for
// each way in which something refers to it, and then once more for each object
// on that way. It is for small graphs, given as path to references. Roots that
// are not store objects take part by names that do not begin with a slash, and
// are left out of the result.
func PopularityOrder(graph map[string][]string) []string {
	referred := map[string]bool{}
	for path, references := range graph {
		for _, reference := range references {
			referred[reference] = referred[reference] || reference != path
		}
	}
	var roots []string
	for path := range graph {
		if !referred[path] {
			roots = append(roots, path)
		}
	}
	popularity := contest(graph, roots, map[string]map[string]int{})
	order := slices.DeleteFunc(slices.Collect(maps.Keys(popularity)), func(path string) bool {
		return !strings.HasPrefix(path, "/")
	})
	slices.SortFunc(order, func(a, b string) int {
		return cmp.Or(cmp.Compare(popularity[b], popularity[a]), cmp.Compare(nameFirst(a), nameFirst(b)))
	})
	return order
}

// contest counts, for paths that something refers to. below remembers the
// counts of what is below each path.
func contest(graph map[string][]string, paths []string, below map[string]map[string]int) map[string]int {
	popularity := map[string]int{}
	for _, path := range paths {
		popularity[path]++
		if below[path] == nil {
			others := slices.DeleteFunc(slices.Clone(graph[path]), func(reference string) bool { return reference == path })
			below[path] = contest(graph, others, below)
		}
		for reference, count := range below[path] {
			popularity[reference] += count + 1
		}
	}
	return popularity
}

// nameFirst is what equally popular paths are sorted by: the name before the
// hash.
func nameFirst(path string) string {
	hash, name, _ := strings.Cut(path, "-")
	return name + "-" + hash
}
