package layering

import (
	"encoding/json"
	"fmt"
)

// spec names objects of a graph: some paths, or what they refer to.
type spec struct {
	paths      map[string]bool
	childrenOf bool
}

// find returns the positions of a spec's objects.
func (s *spec) find(p *problem, g *subgraph) []int32 {
	found := p.find(g, s.paths)
	if !s.childrenOf {
		return found
	}
	var children []int32
	for _, at := range found {
		children = append(children, g.refs.at(at)...)
	}
	return children
}

func makeSplitPaths(a arguments) (operation, error) {
	var raws []json.RawMessage
	if err := json.Unmarshal(a[0], &raws); err != nil || raws == nil {
		return nil, fmt.Errorf("got %s: want a list of store paths", shorten(a[0]))
	}
	specs := make([]spec, len(raws))
	for i, raw := range raws {
		s, err := readSpec(raw)
		if err != nil {
			return nil, fmt.Errorf("path %d: %w", i+1, err)
		}
		specs[i] = s
	}
	return onGraph(func(p *problem, g *subgraph) value {
		var split []int32
		for i := range specs {
			split = append(split, specs[i].find(p, g)...)
		}
		return g.splitAt(split)
	}), nil
}

// readSpec reads a path, or {"children_of": a path or a list of them}.
func readSpec(raw json.RawMessage) (spec, error) {
	var text *string
	if json.Unmarshal(raw, &text) == nil && text != nil {
		paths, err := readPaths(raw)
		return spec{paths: paths}, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		return spec{}, fmt.Errorf(`got %s: want a store path or {"children_of": a store path or a list of them}`, shorten(raw))
	}
	children, ok := fields["children_of"]
	if !ok || len(fields) != 1 {
		return spec{}, fmt.Errorf(`unexpected split path spec %s: it has invalid keys: want only "children_of"`, shorten(raw))
	}
	paths, err := readPaths(children)
	return spec{paths: paths, childrenOf: true}, err
}

// splitAt takes the objects at some positions, with all that they need, out of
// a graph: "main" is what nothing else needs, "common" what the "rest" needs
// too. Without positions all is "rest"; if the only root is among them, all is
// "main".
func (g *subgraph) splitAt(split []int32) parts {
	if len(split) == 0 {
		return parts{{"rest", g}}
	}
	roots := g.refs.roots()
	for _, at := range split {
		if len(roots) == 1 && roots[0] == at {
			return parts{{"main", g}}
		}
	}
	off := newReach(g.refs)
	off.from(split...)
	kept := newReach(g.cut(split))
	var start []int32
	for at := range g.objects {
		// What no root leads to, behind a cycle, belongs to the rest as well.
		if at := int32(at); !off.has(at) {
			start = append(start, at)
		}
	}
	kept.from(start...)
	var out parts
	for _, p := range []struct {
		name string
		has  func(at int32) bool
	}{
		{"main", func(at int32) bool { return off.has(at) && !kept.has(at) }},
		{"common", func(at int32) bool { return off.has(at) && kept.has(at) }},
		{"rest", func(at int32) bool { return !off.has(at) }},
	} {
		if objects := g.induced(p.has); len(objects.objects) > 0 {
			out = append(out, part{p.name, objects})
		}
	}
	return out
}
