package layering

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// A pipeline is a list of operations, each the list of its name and its
// arguments. It is what nixpkgs' flatten-references-graph reads, with the same
// results:
//
//	[
//	  ["split_paths", ["/nix/store/<hash>-python3"]],
//	  ["over", "main", ["pipe", [["subcomponent_in", ["/nix/store/<hash>-app"]], ["over", "rest", ["popularity_contest"]]]]],
//	  ["flatten"],
//	  ["limit_layers", 50]
//	]
//
// The first operation gets the graph of the store objects, without the
// synthetic ones, sorted by the size of their NARs, the smallest first. Each
// other gets the result of the one before, which is a graph, a list, or parts
// that have names ("main", "common", "rest"). What graphs are in the last
// result, depth first, are the layers. The operations are in operation.go.
//
// Where the reference implementation crashes (an operation on a value that it
// is not for, too few arguments) there is an error, and a pipeline that ends
// with one graph makes one layer. A path that is in no graph is ignored, as it
// is there. A layer may be empty: its tar has the store directory alone.
//
// Objects that a base image holds stay in the graphs for the sake of their
// references, but "popularity_contest" and "split_every" pass them over, and a
// graph that has no others is no layer and does not count as one.

// pipelineName is a pipeline's name in plan.json.
const pipelineName = "pipeline"

// value is what operations take and give: a *subgraph, a list or parts.
type value any

// list are values in a row.
type list []value

// part is a value with a name.
type part struct {
	name  string
	value value
}

// parts are values by name, in order.
type parts []part

// readPipeline reads a pipeline file: JSON, without a version.
func readPipeline(file string) (strategy, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var raw json.RawMessage
	if err := jsonfile.Decode(data, &raw); err != nil {
		return nil, fmt.Errorf("%s: not JSON: %w", file, err)
	}
	run, err := parsePipeline(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: layering pipeline: %w", file, err)
	}
	return func(p *problem) ([]planned, error) {
		layers, err := runPipeline(p, run)
		if err != nil {
			return nil, fmt.Errorf("%s: layering pipeline: %w", file, err)
		}
		return layers, nil
	}, nil
}

// parsePipeline reads a list of operations and makes one of them.
func parsePipeline(raw json.RawMessage) (operation, error) {
	var calls []json.RawMessage
	if err := json.Unmarshal(raw, &calls); err != nil || calls == nil {
		return nil, fmt.Errorf(`want a list of operations, such as [["popularity_contest"], ["limit_layers", 99]], got %s`, shorten(raw))
	}
	steps := make([]operation, len(calls))
	for i, call := range calls {
		step, err := parseOperation(call)
		if err != nil {
			return nil, fmt.Errorf("operation %d: %w", i+1, err)
		}
		steps[i] = step
	}
	return func(p *problem, v value) (value, error) {
		for i, step := range steps {
			var err error
			if v, err = step(p, v); err != nil {
				return nil, fmt.Errorf("operation %d: %w", i+1, err)
			}
		}
		return v, nil
	}, nil
}

// runPipeline makes the graph and takes the layers from the result.
func runPipeline(p *problem, run operation) ([]planned, error) {
	if err := p.needSizes(); err != nil {
		return nil, err
	}
	result, err := run(p, p.graph())
	if err != nil {
		return nil, err
	}
	var layers []planned
	for _, v := range flatten(result) {
		g := v.(*subgraph)
		if p.hidden(g) {
			continue
		}
		paths := []store.Path{}
		for _, i := range g.objects {
			if !p.skip(i) {
				paths = append(paths, p.path(i))
			}
		}
		layers = append(layers, planned{paths: paths})
	}
	return layers, nil
}

// graph is the whole graph of store objects.
func (p *problem) graph() *subgraph {
	all := &subgraph{objects: make([]int32, len(p.sizes)), refs: p.refs}
	for i := range all.objects {
		all.objects[i] = int32(i)
	}
	return all.induced(func(i int32) bool { return !p.closure.Objects[i].Synthetic }).sorted(func(a, b int32) int {
		return cmp.Compare(p.sizes[a], p.sizes[b])
	})
}

// hidden says whether a graph has objects, but none that comes into a layer.
func (p *problem) hidden(g *subgraph) bool {
	return len(g.objects) > 0 && !slices.ContainsFunc(g.objects, func(i int32) bool { return !p.skip(i) })
}

// describe says what a value is, for errors.
func describe(v value) string {
	switch v := v.(type) {
	case *subgraph:
		return "a graph"
	case parts:
		return "parts (" + strings.Join(v.names(), ", ") + ")"
	}
	return "a list"
}

func (ps parts) names() []string {
	names := make([]string, len(ps))
	for i, p := range ps {
		names[i] = p.name
	}
	return names
}

// shorten makes JSON fit into an error.
func shorten(raw json.RawMessage) string {
	const most = 80
	if len(raw) > most {
		return string(raw[:most]) + "…"
	}
	return string(raw)
}
