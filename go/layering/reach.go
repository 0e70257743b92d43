package layering

// reach finds what can be reached in a graph.
type reach struct {
	graph lists
	// last is, for each node, the last search that reached it.
	last   []int32
	search int32
	found  []int32
}

func newReach(graph lists) *reach {
	return &reach{graph: graph, last: make([]int32, graph.len())}
}

// from returns the nodes that can be reached from some, those included, each
// once. The slice is good until the next search.
func (r *reach) from(nodes ...int32) []int32 {
	r.search++
	r.found = r.found[:0]
	r.visit(nodes)
	for next := 0; next < len(r.found); next++ {
		r.visit(r.graph.at(r.found[next]))
	}
	return r.found
}

func (r *reach) visit(nodes []int32) {
	for _, i := range nodes {
		if r.last[i] != r.search {
			r.last[i] = r.search
			r.found = append(r.found, i)
		}
	}
}

// has says whether the last search reached a node.
func (r *reach) has(node int32) bool { return r.last[node] == r.search }
