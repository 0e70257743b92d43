package layering

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/store"
)

// net is a graph as the definitions of the operations speak of it: vertices in
// order, and edges as a set.
type net struct {
	vertices []string
	edges    map[[2]string]bool
}

func (n *net) only(keep func(v string) bool) *net {
	out := &net{edges: map[[2]string]bool{}}
	for _, v := range n.vertices {
		if keep(v) {
			out.vertices = append(out.vertices, v)
		}
	}
	for e := range n.edges {
		if keep(e[0]) && keep(e[1]) {
			out.edges[e] = true
		}
	}
	return out
}

// reachable is what some vertices lead to, forwards or backwards, by going
// over all edges again and again.
func (n *net) reachable(from []string, forwards bool) map[string]bool {
	set := map[string]bool{}
	for _, v := range from {
		set[v] = slices.Contains(n.vertices, v)
	}
	for grown := true; grown; {
		grown = false
		for e := range n.edges {
			a, b := e[0], e[1]
			if !forwards {
				a, b = b, a
			}
			if set[a] && !set[b] {
				set[b], grown = true, true
			}
		}
	}
	return set
}

// splitPaths follows the reference: a root above all roots, then the edges to
// the split vertices are cut, and the root is asked what it still reaches.
func (n *net) splitPaths(split []string) []any {
	split = slices.DeleteFunc(split, func(v string) bool { return !slices.Contains(n.vertices, v) })
	if len(split) == 0 {
		return []any{n}
	}
	g := n.only(func(string) bool { return true })
	var roots []string
	for _, v := range n.vertices {
		if !slices.ContainsFunc(n.vertices, func(from string) bool { return n.edges[[2]string{from, v}] }) {
			roots = append(roots, v)
		}
	}
	root := "root"
	if len(roots) == 1 {
		root = roots[0]
	} else {
		g.vertices = append(g.vertices, root)
		for _, v := range roots {
			g.edges[[2]string{root, v}] = true
		}
	}
	if slices.Contains(split, root) {
		return []any{n}
	}
	off := g.reachable(split, true)
	for e := range g.edges {
		if slices.Contains(split, e[1]) {
			delete(g.edges, e)
		}
	}
	kept := g.reachable([]string{root}, true)
	var out []any
	for _, part := range []*net{
		n.only(func(v string) bool { return off[v] && !kept[v] }),
		n.only(func(v string) bool { return off[v] && kept[v] }),
		n.only(func(v string) bool { return !off[v] && kept[v] }),
	} {
		if len(part.vertices) > 0 {
			out = append(out, part)
		}
	}
	return out
}

// popular orders a graph by the recursion that defines popularity.
func (n *net) popular() []any {
	c := &closure.Closure{}
	for _, v := range n.vertices {
		o := closure.Object{Path: store.Path(v)}
		for e := range n.edges {
			if e[0] == v {
				o.References = append(o.References, store.Path(e[1]))
			}
		}
		c.Objects = append(c.Objects, o)
	}
	var out []any
	for _, path := range orderBy(c, contestCounts(c)) {
		out = append(out, n.only(func(v string) bool { return v == string(path) }))
	}
	return out
}

// graphsIn lists the graphs of a value.
func graphsIn(v any) []any {
	list, ok := v.([]any)
	if !ok {
		return []any{v}
	}
	var out []any
	for _, element := range list {
		out = append(out, graphsIn(element)...)
	}
	return out
}

// scenario makes random pipelines and what they should give. There, parts are
// a list: which names they have is known where they are made.
type scenario struct {
	*rand.Rand
	paths []string
}

func (s *scenario) some() []string {
	var out []string
	for range 1 + s.IntN(3) {
		out = append(out, s.paths[s.IntN(len(s.paths))])
	}
	return out
}

// onNet makes a random operation for a graph, and its result.
func (s *scenario) onNet(n *net, depth int) (call, result any) {
	paths := s.some()
	switch s.IntN(7) {
	case 0:
		return []any{"popularity_contest"}, n.popular()
	case 1:
		out := n.splitPaths(slices.Clone(paths))
		return []any{"split_paths", paths}, out
	case 2:
		var children []string
		for _, v := range n.vertices {
			if slices.ContainsFunc(paths, func(from string) bool { return n.edges[[2]string{from, v}] }) {
				children = append(children, v)
			}
		}
		return []any{"split_paths", []any{map[string]any{"children_of": paths}}}, n.splitPaths(children)
	case 3, 4:
		forwards := s.IntN(2) == 0
		set := n.reachable(paths, forwards)
		main, rest := n.only(func(v string) bool { return set[v] }), n.only(func(v string) bool { return !set[v] })
		name := map[bool]string{true: "subcomponent_out", false: "subcomponent_in"}[forwards]
		if depth > 2 {
			return []any{name, paths}, []any{main, rest}
		}
		if s.IntN(2) == 0 {
			inner, result := s.onNet(main, depth+1)
			return []any{"pipe", []any{[]any{name, paths}, []any{"over", "main", inner}}}, []any{result, rest}
		}
		inner, result := s.onNet(rest, depth+1)
		return []any{"pipe", []any{[]any{name, paths}, []any{"over", "rest", inner}}}, []any{main, result}
	case 5:
		every := 1 + s.IntN(4)
		var out []any
		for chunk := range slices.Chunk(n.vertices, every) {
			out = append(out, n.only(func(v string) bool { return slices.Contains(chunk, v) }))
		}
		return []any{"split_every", every}, out
	}
	return []any{"remove_paths", paths}, n.only(func(v string) bool { return !slices.Contains(paths, v) })
}

// pipeline makes a random pipeline and its layers.
func (s *scenario) pipeline(n *net) (calls []any, layers []any) {
	call, result := s.onNet(n, 0)
	calls, layers = []any{call, []any{"flatten"}}, graphsIn(result)
	for range s.IntN(4) {
		switch s.IntN(3) {
		case 0:
			most := 1 + s.IntN(len(n.vertices)+1)
			calls = append(calls, []any{"limit_layers", most})
			if len(layers) > most {
				merged := &net{edges: map[[2]string]bool{}}
				for _, l := range layers[most-1:] {
					merged.vertices = append(merged.vertices, l.(*net).vertices...)
					for e := range l.(*net).edges {
						merged.edges[e] = true
					}
				}
				layers = append(slices.Clone(layers[:most-1]), merged)
			}
		case 1:
			calls = append(calls, []any{"reverse"})
			layers = slices.Clone(layers)
			slices.Reverse(layers)
		case 2:
			calls = append(calls, []any{"map", []any{"popularity_contest"}}, []any{"flatten"})
			var out []any
			for _, l := range layers {
				out = append(out, l.(*net).popular()...)
			}
			layers = out
		}
	}
	return calls, layers
}

func TestPipelineAgainstTheDefinitions(t *testing.T) {
	for seed := range uint64(500) {
		random := rand.New(rand.NewPCG(seed, 9))
		size := 1 + random.IntN(14)
		c := shuffled(numbered(randomGraph(random, size, random.IntN(4), 1+random.IntN(size))), random)
		randomSizes(c, random)
		slices.SortFunc(c.Objects, func(a, b closure.Object) int { return strings.Compare(string(a.Path), string(b.Path)) })
		s := &scenario{Rand: random, paths: []string{"/nix/store/unknown"}}
		n := &net{edges: map[[2]string]bool{}}
		bySize := slices.Clone(c.Objects)
		slices.SortStableFunc(bySize, func(a, b closure.Object) int { return int(a.NarSize - b.NarSize) })
		for _, o := range bySize {
			n.vertices = append(n.vertices, string(o.Path))
			s.paths = append(s.paths, string(o.Path))
			for _, r := range o.References {
				n.edges[[2]string{string(o.Path), string(r)}] = true
			}
		}
		calls, result := s.pipeline(n)
		text, err := json.Marshal(calls)
		if err != nil {
			t.Fatal(err)
		}
		var want [][]string
		for _, l := range result {
			want = append(want, l.(*net).vertices)
		}
		layers, err := plan(sized(c, 0), string(text))
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, text, err)
		}
		var got [][]string
		for _, l := range layers {
			var paths []string
			for _, path := range l.paths {
				paths = append(paths, string(path))
			}
			got = append(got, paths)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("seed %d: %s\ngot  %v\nwant %v", seed, text, got, want)
		}
	}
}
