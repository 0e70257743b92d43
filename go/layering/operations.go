package layering

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/store"
)

// find returns the positions of some paths in a graph.
func (p *problem) find(g *subgraph, paths map[string]bool) []int32 {
	var found []int32
	for at, i := range g.objects {
		if paths[string(p.path(i))] {
			found = append(found, int32(at))
		}
	}
	return found
}

func popularityContest(p *problem, g *subgraph) value {
	out := list{}
	for _, at := range contestOrder(g.refs, func(at int32) store.Path { return p.path(g.objects[at]) }) {
		if !p.skip(g.objects[at]) {
			out = append(out, g.single(at))
		}
	}
	return out
}

func makeLimitLayers(a arguments) (operation, error) {
	n, err := a.count(0)
	if err != nil {
		return nil, err
	}
	return func(p *problem, v value) (value, error) {
		return onList(func(l list) (value, error) { return limitLayers(p, l, n) })(p, v)
	}, nil
}

func limitLayers(p *problem, l list, n int) (value, error) {
	l = slices.DeleteFunc(slices.Clone(l), func(v value) bool {
		g, ok := v.(*subgraph)
		return ok && p.hidden(g)
	})
	if len(l) <= n {
		return l, nil
	}
	var others []*subgraph
	for _, v := range l[n-1:] {
		g, ok := v.(*subgraph)
		if !ok {
			return nil, fmt.Errorf(`the list has an element that is not a graph but %s: put ["flatten"] before`, describe(v))
		}
		others = append(others, g)
	}
	return append(l[:n-1:n-1], union(others)), nil
}

// makeSubcomponent makes the operations that follow references, or go against
// them.
func makeSubcomponent(direction func(g *subgraph) lists) func(a arguments) (operation, error) {
	return func(a arguments) (operation, error) {
		paths, err := readPaths(a[0])
		if err != nil {
			return nil, err
		}
		return onGraph(func(p *problem, g *subgraph) value {
			r := newReach(direction(g))
			r.from(p.find(g, paths)...)
			return parts{{"main", g.induced(r.has)}, {"rest", g.induced(func(at int32) bool { return !r.has(at) })}}
		}), nil
	}
}

func makeOver(a arguments) (operation, error) {
	var name *string
	if err := json.Unmarshal(a[0], &name); err != nil || name == nil {
		return nil, fmt.Errorf(`got %s: want the name of a part, such as "main"`, shorten(a[0]))
	}
	run, err := parseOperation(a[1])
	if err != nil {
		return nil, err
	}
	return func(p *problem, v value) (value, error) {
		ps, ok := v.(parts)
		if !ok {
			return nil, fmt.Errorf("it is for parts, as split_paths and subcomponent_in and _out make them, but what comes before gives %s",
				describe(v))
		}
		at := slices.Index(ps.names(), *name)
		if at < 0 {
			return nil, fmt.Errorf("there is no part %q: there are %s (split_paths makes no part that is empty)",
				*name, strings.Join(ps.names(), ", "))
		}
		result, err := run(p, ps[at].value)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", *name, err)
		}
		ps = slices.Clone(ps)
		ps[at].value = result
		return ps, nil
	}, nil
}

func makeMap(a arguments) (operation, error) {
	run, err := parseOperation(a[0])
	if err != nil {
		return nil, err
	}
	return func(p *problem, v value) (value, error) {
		return onList(func(l list) (value, error) {
			out := make(list, len(l))
			for i, element := range l {
				var err error
				if out[i], err = run(p, element); err != nil {
					return nil, fmt.Errorf("element %d: %w", i+1, err)
				}
			}
			return out, nil
		})(p, v)
	}, nil
}

// flatten lists the graphs in a value, depth first.
func flatten(v value) list {
	switch v := v.(type) {
	case list:
		out := list{}
		for _, element := range v {
			out = append(out, flatten(element)...)
		}
		return out
	case parts:
		out := list{}
		for _, p := range v {
			out = append(out, flatten(p.value)...)
		}
		return out
	}
	return list{v}
}

func reverse(l list) (value, error) {
	l = slices.Clone(l)
	slices.Reverse(l)
	return l, nil
}

func makeSplitEvery(a arguments) (operation, error) {
	n, err := a.count(0)
	if err != nil {
		return nil, err
	}
	return onGraph(func(p *problem, g *subgraph) value {
		var shown []int32
		for at, i := range g.objects {
			if !p.skip(i) {
				shown = append(shown, int32(at))
			}
		}
		out := list{}
		moved := g.nowhere()
		for chunk := range slices.Chunk(shown, n) {
			out = append(out, g.take(chunk, moved))
		}
		return out
	}), nil
}

func makeRemovePaths(a arguments) (operation, error) {
	paths, err := readPaths(a[0])
	if err != nil {
		return nil, err
	}
	return onGraph(func(p *problem, g *subgraph) value {
		return g.induced(func(at int32) bool { return !paths[string(p.path(g.objects[at]))] })
	}), nil
}
