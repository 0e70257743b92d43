package layering

import "math/bits"

// bitset is a set of objects.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) add(i int32) { b[i/64] |= 1 << (i % 64) }

// count is the number of objects in the set.
func (b bitset) count() int {
	n := 0
	for _, word := range b {
		n += bits.OnesCount64(word)
	}
	return n
}

// and returns what is in both sets.
func (b bitset) and(other bitset) bitset {
	out := make(bitset, len(b))
	for i := range b {
		out[i] = b[i] & other[i]
	}
	return out
}

// or returns what is in any of both sets.
func (b bitset) or(other bitset) bitset {
	out := make(bitset, len(b))
	for i := range b {
		out[i] = b[i] | other[i]
	}
	return out
}
