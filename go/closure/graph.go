package closure

import (
	"fmt"
	"slices"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// graph is a set of store objects, of which closures are taken.
type graph struct {
	storeDir string
	nodes    map[store.Path]*node
}

// node is an object and where it was described, for messages.
type node struct {
	Object
	label string
	file  string
}

// String names the node as messages do: the path and, where it has one, the
// Bazel label.
func (n *node) String() string {
	if n.label == "" {
		return string(n.Path)
	}
	return fmt.Sprintf("%s (%s)", n.Path, n.label)
}

// newGraph returns a graph without objects, for those below storeDir.
func newGraph(storeDir string) *graph {
	return &graph{storeDir: storeDir, nodes: map[store.Path]*node{}}
}

// add puts an object into the graph. One that is there already must be
// described in the same way.
func (g *graph) add(n *node) error {
	slices.Sort(n.References)
	n.References = slices.Compact(n.References)
	old := g.nodes[n.Path]
	if old == nil {
		g.nodes[n.Path] = n
		return nil
	}
	if difference := compare(old, n); difference != "" {
		return fmt.Errorf("%s and %s describe %s differently: %s", describedIn(old), describedIn(n), n.Path, difference)
	}
	old.NarSize = max(old.NarSize, n.NarSize)
	if old.Origin == "" {
		old.Origin = n.Origin
	}
	if old.label == "" || n.label != "" && n.label < old.label {
		old.label = n.label
	}
	return nil
}

func describedIn(n *node) string {
	if n.label == "" {
		return n.file
	}
	return fmt.Sprintf("%s (%s)", n.file, n.label)
}

// compare says in which way two descriptions of one path differ, or nothing
// when they agree. A size or an origin that only one
// of them knows is no difference.
func compare(a, b *node) string {
	for _, side := range []struct{ has, lacks *node }{{a, b}, {b, a}} {
		for _, r := range side.has.References {
			if _, found := slices.BinarySearch(side.lacks.References, r); !found {
				return fmt.Sprintf("only %s has the reference %s", side.has.file, r)
			}
		}
		if side.has.Synthetic && !side.lacks.Synthetic {
			return fmt.Sprintf("only in %s is it synthetic", side.has.file)
		}
	}
	if a.NarSize != b.NarSize && a.NarSize != 0 && b.NarSize != 0 {
		return fmt.Sprintf("narSize is %d and %d", a.NarSize, b.NarSize)
	}
	if a.Origin != b.Origin && a.Origin != "" && b.Origin != "" {
		return fmt.Sprintf("origin is %q and %q", a.Origin, b.Origin)
	}
	return ""
}

// check reports the first reference, by path, that leads out of the graph.
func (g *graph) check() error {
	var from *node
	var to store.Path
	for _, n := range g.nodes {
		if from != nil && n.Path > from.Path {
			continue
		}
		for _, r := range n.References {
			if g.nodes[r] == nil {
				from, to = n, r
				break
			}
		}
	}
	if from == nil {
		return nil
	}
	if _, err := store.ParsePath(g.storeDir, string(to)); err != nil {
		return fmt.Errorf("%s: a reference of %s: %w", from.file, from, err)
	}
	return fmt.Errorf("%s refers to %s, which is not in the graph: add it to deps (the reference is in %s)", from, to, from.file)
}

// closure returns the closure of roots. It is an error when a root, or a
// reference of any object, is not in the graph.
func (g *graph) closure(roots []store.Path) (*Closure, error) {
	if err := g.check(); err != nil {
		return nil, err
	}
	roots = append([]store.Path{}, roots...)
	slices.Sort(roots)
	roots = slices.Compact(roots)
	reached := make(map[store.Path]bool, len(g.nodes))
	var todo []store.Path
	for _, root := range roots {
		if g.nodes[root] == nil {
			return nil, fmt.Errorf("the root %s is not in the graph, which has %d objects: add the graph that describes it", root, len(g.nodes))
		}
		reached[root] = true
		todo = append(todo, root)
	}
	objects := []Object{}
	for len(todo) > 0 {
		n := g.nodes[todo[len(todo)-1]]
		todo = todo[:len(todo)-1]
		objects = append(objects, n.Object)
		for _, r := range n.References {
			if !reached[r] {
				reached[r] = true
				todo = append(todo, r)
			}
		}
	}
	slices.SortFunc(objects, byPath)
	return &Closure{Version: jsonfile.Version, Roots: roots, Objects: objects}, nil
}
