package objectset

import "github.com/rules-strata/rules_strata/go/store"

// Paths are the store paths of the set's objects, in its order.
func (s *Set) Paths() []store.Path {
	paths := make([]store.Path, len(s.members))
	for i, m := range s.members {
		paths[i] = m.path
	}
	return paths
}
