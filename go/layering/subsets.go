package layering

import "math/bits"

// subsets adds up the weights of subsets of a block's nodes.
type subsets struct {
	w      walks
	first  int
	groups []group
}

// group is eight nodes of a block in a row.
type group struct {
	uses  int
	sums  number // of each of the 256 subsets, width words each; nil until it pays
	width int
}

const (
	// tableUses is the number of uses after which a table of 256 sums is made,
	// each from another with one addition: four additions are a use without.
	tableUses = 64
	// tableWords bounds the memory of the tables of a block, 32 MiB.
	tableWords = 1 << 22
)

// reset prepares for the block that begins at first and returns its size in
// words.
func (t *subsets) reset(w walks, first int) int {
	end := min(first+blockWords*64, len(w.weight))
	words := min(max(tableWords/(64/8*256*w.width[end-1]), 1), blockWords)
	t.w, t.first = w, first
	t.groups = make([]group, words*8)
	return words
}

// addTo adds to sum the weights of those of the eight nodes of group i whose
// bits are set in subset. The sum has the words for the result.
func (t *subsets) addTo(sum number, i int, subset uint8) {
	g := &t.groups[i]
	if g.sums == nil {
		if g.uses++; g.uses <= tableUses {
			for ; subset != 0; subset &= subset - 1 {
				sum.add(t.w.weight[t.first+i*8+bits.TrailingZeros8(subset)])
			}
			return
		}
		t.build(g, t.first+i*8)
	}
	x := g.sums[int(subset)*g.width:][:g.width]
	sum.add(x[:min(len(x), len(sum))])
}

// build makes the table of the group that begins at node first.
func (t *subsets) build(g *group, first int) {
	end := min(first+8, len(t.w.weight))
	g.width = t.w.width[end-1]
	g.sums = make(number, 256*g.width)
	for subset := 1; subset < 1<<(end-first); subset++ {
		x := g.sums[subset*g.width:][:g.width]
		copy(x, g.sums[(subset&(subset-1))*g.width:][:g.width])
		x.add(t.w.weight[first+bits.TrailingZeros8(uint8(subset))])
	}
}
