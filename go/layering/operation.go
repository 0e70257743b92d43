package layering

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// operation makes one value of another.
type operation func(p *problem, v value) (value, error)

// arguments are an operation's, as JSON.
type arguments []json.RawMessage

// definition is how an operation is made.
type definition struct {
	arguments int
	make      func(a arguments) (operation, error)
}

// definitions are the operations by name.
func definitions() map[string]definition {
	return map[string]definition{
		// Of a graph: a list with a graph for each object, most popular first.
		"popularity_contest": {0, func(arguments) (operation, error) { return onGraph(popularityContest), nil }},
		// Of a list of graphs: the first N-1, and the others as one.
		"limit_layers": {1, makeLimitLayers},
		// Of a graph: "main", the objects and what only they need; "common",
		// what they and others need; "rest". Those that would be empty are
		// left out.
		"split_paths": {1, makeSplitPaths},
		// Of a graph: "main", the objects and all that they need, and "rest".
		"subcomponent_out": {1, makeSubcomponent(func(g *subgraph) lists { return g.refs })},
		// Of a graph: "main", the objects and all that needs them, and "rest".
		"subcomponent_in": {1, makeSubcomponent(func(g *subgraph) lists { return g.refs.reversed() })},
		// Of parts: the same, with an operation done to one of them.
		"over": {2, makeOver},
		// Operations one after the other.
		"pipe": {1, func(a arguments) (operation, error) { return parsePipeline(a[0]) }},
		// Of a list: an operation done to each element.
		"map": {1, makeMap},
		// Of anything: the list of its graphs, depth first.
		"flatten": {0, func(arguments) (operation, error) {
			return func(_ *problem, v value) (value, error) { return flatten(v), nil }, nil
		}},
		// Of a list: from the last to the first.
		"reverse": {0, func(arguments) (operation, error) { return onList(reverse), nil }},
		// Of a graph: a list of graphs of N objects, and of those left over.
		"split_every": {1, makeSplitEvery},
		// Of a graph: it without some objects, which the image then lacks.
		"remove_paths": {1, makeRemovePaths},
	}
}

// parseOperation reads the list of an operation's name and its arguments.
func parseOperation(raw json.RawMessage) (operation, error) {
	var call []json.RawMessage
	var name string
	if err := json.Unmarshal(raw, &call); err != nil || len(call) == 0 || json.Unmarshal(call[0], &name) != nil {
		return nil, fmt.Errorf(`want a list of an operation's name and its arguments, such as ["limit_layers", 99], got %s`, shorten(raw))
	}
	all := definitions()
	d, ok := all[name]
	if !ok {
		return nil, fmt.Errorf("unknown operation %q: there are %s", name, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
	}
	if n := len(call) - 1; n != d.arguments {
		return nil, fmt.Errorf("%s: got %d arguments, want %d", name, n, d.arguments)
	}
	run, err := d.make(call[1:])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return func(p *problem, v value) (value, error) {
		result, err := run(p, v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return result, nil
	}, nil
}

// onGraph is an operation for graphs.
func onGraph(run func(p *problem, g *subgraph) value) operation {
	return func(p *problem, v value) (value, error) {
		g, ok := v.(*subgraph)
		if !ok {
			return nil, fmt.Errorf(`it is for a graph, but what comes before gives %s: choose a part with "over", or an element with "map"`,
				describe(v))
		}
		return run(p, g), nil
	}
}

// onList is an operation for lists.
func onList(run func(l list) (value, error)) operation {
	return func(_ *problem, v value) (value, error) {
		l, ok := v.(list)
		if !ok {
			return nil, fmt.Errorf(`it is for a list, but what comes before gives %s: put ["flatten"] between them`, describe(v))
		}
		return run(l)
	}
}

// count reads a number of 1 or more.
func (a arguments) count(i int) (int, error) {
	var n int
	if err := json.Unmarshal(a[i], &n); err != nil || n <= 0 {
		return 0, fmt.Errorf("got %s: want a number greater than 0", shorten(a[i]))
	}
	return n, nil
}

// readPaths reads a path or a list of paths.
func readPaths(raw json.RawMessage) (map[string]bool, error) {
	var texts []string
	var one *string
	if json.Unmarshal(raw, &one) == nil && one != nil {
		texts = []string{*one}
	} else if err := json.Unmarshal(raw, &texts); err != nil || texts == nil {
		return nil, fmt.Errorf("got %s: want a store path or a list of them", shorten(raw))
	}
	paths := map[string]bool{}
	for _, text := range texts {
		if strings.Contains(text, "$(store_path") {
			return nil, fmt.Errorf("%q is not expanded here: give the store path itself", text)
		}
		paths[text] = true
	}
	return paths, nil
}
