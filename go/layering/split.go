package layering

import "github.com/rules-strata/rules_strata/go/store"

// ClassicSplit gives the first n-1 objects of an order a layer each, and all
// others, in the same order, the last layer. n >= 1.
func ClassicSplit(order []store.Path, n int) [][]store.Path {
	layers := make([][]store.Path, 0, min(n, len(order)))
	for i := range order {
		if i == n-1 {
			return append(layers, order[i:])
		}
		layers = append(layers, order[i:i+1])
	}
	return layers
}
