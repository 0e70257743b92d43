package layering

import "math/bits"

// Adding up the weights of every ancestor of every node takes the square of
// the number of nodes. Three things make it fast, with exact integers
// throughout:
//
//   - Sets of ancestors are bits, found for a block of nodes at a time: the
//     ancestors that each node has in the block take one pass over the
//     references.
//   - The sum of a node is the sum of its base, which is the referrer with the
//     most ancestors, and the weights of the ancestors that the base does not
//     have. Often there are none.
//   - Those weights are added eight at a time, from tables of the sums of all
//     256 subsets of eight nodes (the "method of four Russians").

// popularities returns the popularity of each node: the sum of the weights of
// the node and all its ancestors.
func popularities(referrers lists, w walks) []number {
	bases := chooseBases(referrers)
	sums := extraSums(referrers, bases, w)
	for v, sum := range sums {
		if base := bases[v]; base != none {
			sum.add(sums[base])
		}
		sum.add(w.weight[v])
		sums[v] = sum.trim()
	}
	return sums
}

// extraSums returns, for each node, the sum of the weights of those ancestors
// that are neither the base nor an ancestor of it, in as many words as the sum
// over all ancestors and the node may need.
func extraSums(referrers lists, bases []int32, w walks) []number {
	n := referrers.len()
	sums := make([]number, n)
	var memory arena
	for v := range sums {
		sums[v] = memory.zero(w.width[v])
	}
	var b block
	var t subsets
	for first := 0; first < n; first += b.words * 64 {
		b.fill(referrers, first, t.reset(w, first))
		for v := first + 1; v < n; v++ {
			if len(referrers.at(int32(v))) > 1 {
				b.addExtra(sums[v], v, int(bases[v]), &t)
			}
		}
	}
	return sums
}

// addExtra adds to sum the weights of the nodes of the block that are
// ancestors of v, but neither the base nor ancestors of it.
func (b *block) addExtra(sum number, v, base int, t *subsets) {
	var known []uint64
	if base >= b.first {
		known = b.row(base)
	}
	for i, extra := range b.row(v) {
		if known != nil {
			extra &^= known[i]
		}
		if at := base - b.first - i*64; 0 <= at && at < 64 {
			extra &^= 1 << at
		}
		for extra != 0 {
			low := bits.TrailingZeros64(extra) &^ 7
			t.addTo(sum, i*8+low/8, uint8(extra>>low))
			extra &^= 0xff << low
		}
	}
}
