package layering

// unreached is the node of an object that no walk from a root reaches.
const unreached = -1

// condensed is the part of a reference graph that its roots reach, with the
// objects of each cycle joined into one node (the strongly connected
// components). Nodes are numbered so that referrers come before what they
// refer to.
type condensed struct {
	// nodeOf is the node of each object, or unreached.
	nodeOf []int32
	// size is the number of objects in each node.
	size []int32
	// referrers lists, for each node, the nodes of the objects outside of it
	// that refer to one of its objects: one entry for each such reference.
	referrers lists
}

// condense numbers the nodes with Tarjan's algorithm, without recursion,
// because chains of references may be as long as the graph is large.
func condense(refs lists) condensed {
	t := tarjan{refs: refs, nodeOf: make([]int32, refs.len()), low: make([]int32, refs.len())}
	for i := range t.nodeOf {
		t.nodeOf[i] = unreached
	}
	for _, root := range refs.roots() {
		t.visit(root)
	}
	// Tarjan finishes a node after all that it refers to: turn that around.
	last := int32(len(t.size)) - 1
	c := condensed{nodeOf: t.nodeOf, size: make([]int32, len(t.size))}
	for v, node := range t.nodeOf {
		if node != unreached {
			c.nodeOf[v] = last - node
			c.size[last-node]++
		}
	}
	c.referrers = c.nodeReferences(refs).reversed()
	return c
}

// nodeReferences lists the references between different nodes, by node.
func (c *condensed) nodeReferences(refs lists) lists {
	members := lists{start: make([]int32, len(c.size)+1)}
	for i, size := range c.size {
		members.start[i+1] = members.start[i] + size
	}
	members.all = make([]int32, members.start[len(c.size)])
	filled := make([]int32, len(c.size))
	for v, node := range c.nodeOf {
		if node != unreached {
			members.all[members.start[node]+filled[node]] = int32(v)
			filled[node]++
		}
	}
	out := lists{start: make([]int32, 1, len(c.size)+1), all: make([]int32, 0, len(refs.all))}
	for node := range int32(len(c.size)) {
		for _, v := range members.at(node) {
			for _, r := range refs.at(v) {
				if c.nodeOf[r] != node {
					out.all = append(out.all, c.nodeOf[r])
				}
			}
		}
		out.start = append(out.start, int32(len(out.all)))
	}
	return out
}

// tarjan is the state of the search for strongly connected components.
type tarjan struct {
	refs   lists
	nodeOf []int32 // unreached until the object's component is complete
	size   []int32 // of each complete component
	low    []int32 // 1 + the lowest visit that the object leads back to; 0: not visited
	visits int32
	path   []step  // from the root to the object being visited
	open   []int32 // visited objects whose component is not complete
}

// step is an object on the way from the root, and how many of its references
// have been followed.
type step struct {
	object, followed, visit int32
}

func (t *tarjan) visit(root int32) {
	t.enter(root)
	for len(t.path) > 0 {
		at := &t.path[len(t.path)-1]
		refs := t.refs.at(at.object)
		if int(at.followed) == len(refs) {
			t.leave()
			continue
		}
		to := refs[at.followed]
		at.followed++
		switch {
		case t.low[to] == 0:
			t.enter(to)
		case t.nodeOf[to] == unreached:
			t.low[at.object] = min(t.low[at.object], t.low[to])
		}
	}
}

func (t *tarjan) enter(v int32) {
	t.visits++
	t.low[v] = t.visits
	t.path = append(t.path, step{object: v, visit: t.visits})
	t.open = append(t.open, v)
}

// leave ends the visit of the last object of the path, and completes its
// component when the object is the first of it.
func (t *tarjan) leave() {
	at := t.path[len(t.path)-1]
	t.path = t.path[:len(t.path)-1]
	if len(t.path) > 0 {
		parent := t.path[len(t.path)-1].object
		t.low[parent] = min(t.low[parent], t.low[at.object])
	}
	if t.low[at.object] != at.visit {
		return
	}
	component := int32(len(t.size))
	t.size = append(t.size, 0)
	for {
		v := t.open[len(t.open)-1]
		t.open = t.open[:len(t.open)-1]
		t.nodeOf[v] = component
		t.size[component]++
		if v == at.object {
			return
		}
	}
}
