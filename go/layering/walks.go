package layering

// walks holds the counts of walks that end at each node of a graph.
type walks struct {
	// weight is the number of walks that end at any object of the node: the
	// walks that end at one of them, times the objects.
	weight []number
	// width is the number of words that hold the sum of the weights of this
	// node and of all nodes before it.
	width []int
}

// countWalks follows the nodes in order: a node's walks are its referrers'
// walks together, or 1 for a root.
func countWalks(g condensed) walks {
	n := len(g.size)
	w := walks{weight: make([]number, n), width: make([]int, n)}
	ending := make([]number, n)
	var memory arena
	var count, total number
	for v := range n {
		count = count[:0]
		referrers := g.referrers.at(int32(v))
		if len(referrers) == 0 {
			count = append(count, 1)
		}
		for _, r := range referrers {
			count = count.grow(ending[r])
		}
		ending[v] = memory.copy(count)
		w.weight[v] = ending[v]
		if g.size[v] > 1 {
			count = count.times(uint64(g.size[v]))
			w.weight[v] = memory.copy(count)
		}
		total = total.grow(w.weight[v])
		w.width[v] = len(total)
	}
	return w
}
