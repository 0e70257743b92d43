package layering

import (
	"fmt"

	"github.com/rules-strata/rules_strata/go/store"
)

// explained makes layers of a classic split; first says which objects are the
// first of the order.
func explained(split [][]store.Path, first string) []planned {
	layers := make([]planned, len(split))
	for i, paths := range split {
		layers[i] = planned{paths: paths, why: whyAlone(len(split)-1, first)}
	}
	if last := len(split) - 1; last >= 0 {
		layers[last].why = "alone: no other object is left"
		if n := len(split[last]); n > 1 {
			layers[last].why = fmt.Sprintf("the other %d objects", n)
		}
	}
	return layers
}

// whyAlone says why an object has a layer of its own.
func whyAlone(n int, first string) string {
	return fmt.Sprintf("alone: among the %d %s", n, first)
}
