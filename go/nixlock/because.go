package nixlock

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/store"
)

// missing says that no cache has an object, and why it is needed.
func (l *Lock) missing(p store.Path, roots []store.Path) error {
	return fmt.Errorf("%s is in none of the caches (%s)%s", p, strings.Join(l.Caches, ", "), l.because(p, roots))
}

// because says by which references a root needs an object: the shortest way,
// and the first of several.
func (l *Lock) because(p store.Path, roots []store.Path) string {
	from := map[store.Path]store.Path{}
	queue := slices.Sorted(slices.Values(roots))
	for _, root := range queue {
		from[root] = ""
	}
	for len(queue) > 0 && queue[0] != p {
		at := queue[0]
		queue = queue[1:]
		for _, r := range l.Objects[at].References {
			if _, ok := from[r]; !ok {
				from[r] = at
				queue = append(queue, r)
			}
		}
	}
	text, verb := "", "; it is needed by "
	for at := from[p]; at != ""; at = from[at] {
		text += verb + string(at)
		verb = ", that one by "
	}
	return text
}
