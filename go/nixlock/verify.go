package nixlock

import (
	"fmt"
	"maps"
	"slices"

	"github.com/rules-strata/rules_strata/go/store"
)

// Verify checks without any cache that a lock that was read can be trusted:
// every object is signed by a trusted key or has a store path that was made
// from its content, and a package needs it.
func (l *Lock) Verify() error {
	keys, err := l.keys()
	if err != nil {
		return err
	}
	var problems problems
	for p, o := range l.Objects {
		info, err := o.narInfo(p)
		if err == nil {
			// What only the NAR can show is checked when it is imported.
			_, err = info.Trust(keys)
		}
		if err != nil {
			problems.add(p, fmt.Errorf("cache %s: %w", o.Cache, err))
		}
	}
	needed := l.reachable()
	for p := range l.Objects {
		if !needed[p] {
			problems.add(p, fmt.Errorf("%s: no package needs this object: run nix_lock update", p))
		}
	}
	return problems.err()
}

// paths are the store paths of all packages, sorted.
func (l *Lock) paths() []store.Path {
	var paths []store.Path
	for _, systems := range l.Packages {
		paths = slices.AppendSeq(paths, maps.Values(systems))
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// reachable is the set of objects that packages need.
func (l *Lock) reachable() map[store.Path]bool {
	seen := map[store.Path]bool{}
	queue := l.paths()
	for len(queue) > 0 {
		p := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if !seen[p] {
			seen[p] = true
			queue = append(queue, l.Objects[p].References...)
		}
	}
	return seen
}

// prune leaves out the objects that no package needs.
func (l *Lock) prune() {
	needed := l.reachable()
	maps.DeleteFunc(l.Objects, func(p store.Path, _ Object) bool { return !needed[p] })
}
