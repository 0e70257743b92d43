package layering

import "slices"

// subgraph is a part of the reference graph: some objects in an order of their
// own and the references between them. A reference that an operation has cut
// stays cut, even if both objects meet again.
type subgraph struct {
	objects []int32 // by their indices in the closure
	refs    lists   // between positions in objects
}

// induced is the part of g with the objects at the positions that keep names,
// in the same order, and the references between them.
func (g *subgraph) induced(keep func(at int32) bool) *subgraph {
	var kept []int32
	for at := range int32(len(g.objects)) {
		if keep(at) {
			kept = append(kept, at)
		}
	}
	return g.take(kept, g.nowhere())
}

// dropped is the position of an object that is not there.
const dropped = -1

// nowhere is a position for each object: dropped.
func (g *subgraph) nowhere() []int32 {
	return slices.Repeat([]int32{dropped}, len(g.objects))
}

// take is the part of g with the objects at some positions, in that order, and
// the references between them. It needs what nowhere gives, and leaves it so.
func (g *subgraph) take(positions, moved []int32) *subgraph {
	out := &subgraph{objects: make([]int32, len(positions)), refs: lists{start: make([]int32, 1, len(positions)+1)}}
	for to, at := range positions {
		moved[at] = int32(to)
		out.objects[to] = g.objects[at]
	}
	for _, at := range positions {
		for _, r := range g.refs.at(at) {
			if moved[r] != dropped {
				out.refs.all = append(out.refs.all, moved[r])
			}
		}
		out.refs.start = append(out.refs.start, int32(len(out.refs.all)))
	}
	for _, at := range positions {
		moved[at] = dropped
	}
	return out
}

// single is the part of g with one object.
func (g *subgraph) single(at int32) *subgraph {
	return &subgraph{objects: g.objects[at : at+1 : at+1], refs: lists{start: []int32{0, 0}}}
}

// union puts graphs side by side, without references between them.
func union(graphs []*subgraph) *subgraph {
	out := &subgraph{refs: lists{start: []int32{0}}}
	for _, g := range graphs {
		first := int32(len(out.objects))
		out.objects = append(out.objects, g.objects...)
		for at := range g.objects {
			for _, r := range g.refs.at(int32(at)) {
				out.refs.all = append(out.refs.all, first+r)
			}
			out.refs.start = append(out.refs.start, int32(len(out.refs.all)))
		}
	}
	return out
}

// cut are g's references without those to some positions.
func (g *subgraph) cut(targets []int32) lists {
	isTarget := make([]bool, len(g.objects))
	for _, at := range targets {
		isTarget[at] = true
	}
	out := lists{start: []int32{0}}
	for at := range g.objects {
		for _, r := range g.refs.at(int32(at)) {
			if !isTarget[r] {
				out.all = append(out.all, r)
			}
		}
		out.start = append(out.start, int32(len(out.all)))
	}
	return out
}

// sorted is g with its objects in another order.
func (g *subgraph) sorted(compare func(a, b int32) int) *subgraph {
	order := make([]int32, len(g.objects))
	for at := range order {
		order[at] = int32(at)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return compare(g.objects[a], g.objects[b]) })
	return g.take(order, g.nowhere())
}
