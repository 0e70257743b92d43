package nixlock

import (
	"maps"
	"slices"

	"github.com/rules-strata/rules_strata/go/store"
)

// circle finds objects each of which refers to the next one, and the last to
// the first; it gives nil when there are none. That an object refers to itself
// is no circle.
func (l *Lock) circle() []store.Path {
	const done = -1
	place := map[store.Path]int{} // on the way, or done
	var way []store.Path
	var follow func(store.Path) []store.Path
	follow = func(p store.Path) []store.Path {
		if i, ok := place[p]; ok && i == done {
			return nil
		} else if ok {
			return way[i:]
		}
		place[p] = len(way)
		way = append(way, p)
		for _, r := range l.Objects[p].References {
			if r == p {
				continue
			}
			if circle := follow(r); circle != nil {
				return circle
			}
		}
		place[p], way = done, way[:len(way)-1]
		return nil
	}
	for _, p := range slices.Sorted(maps.Keys(l.Objects)) {
		if circle := follow(p); circle != nil {
			return circle
		}
	}
	return nil
}
