package layering

import "math/bits"

// block holds the ancestors that nodes have among the nodes first, first+1,
// ..., first+words*64-1, a row of bits for each node from first on. A node
// before first has none of them.
type block struct {
	first, words int
	rows         []uint64
}

// blockWords is the number of words in a row, unless memory is short.
const blockWords = 16

// fill finds the ancestors of n = referrers.len() nodes in the block of the
// given number of words from first on.
func (b *block) fill(referrers lists, first, words int) {
	b.first, b.words = first, words
	n := referrers.len()
	size := (n - first) * words
	if cap(b.rows) < size {
		b.rows = make([]uint64, size)
	}
	b.rows = b.rows[:size]
	clear(b.rows)
	for v := first + 1; v < n; v++ {
		row := b.row(v)
		for _, r := range referrers.at(int32(v)) {
			i := int(r) - first
			if i < 0 {
				continue
			}
			for j, word := range b.row(int(r)) {
				row[j] |= word
			}
			if i < words*64 {
				row[i/64] |= 1 << (i % 64)
			}
		}
	}
}

// row returns the bits of node v >= first.
func (b *block) row(v int) []uint64 {
	i := (v - b.first) * b.words
	return b.rows[i : i+b.words : i+b.words]
}

// none is the base of a node that no node refers to.
const none = -1

// chooseBases returns for each node the referrer with the most ancestors.
func chooseBases(referrers lists) []int32 {
	n := referrers.len()
	ancestors := make([]int32, n)
	var b block
	for first := 0; first < n; first += blockWords * 64 {
		b.fill(referrers, first, blockWords)
		for v := first + 1; v < n; v++ {
			for _, word := range b.row(v) {
				ancestors[v] += int32(bits.OnesCount64(word))
			}
		}
	}
	bases := make([]int32, n)
	for v := range bases {
		bases[v] = none
		for _, r := range referrers.at(int32(v)) {
			if bases[v] == none || ancestors[r] > ancestors[bases[v]] {
				bases[v] = r
			}
		}
	}
	return bases
}
