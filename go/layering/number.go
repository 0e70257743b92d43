package layering

import (
	"cmp"
	"math/bits"
)

// number is an unsigned integer of any size, least significant word first. The
// counts of large graphs have thousands of bits, and nearly all the time goes
// into adding them, so they live side by side in few allocations.
type number []uint64

// add adds x to n, which must have the words for the sum.
func (n number) add(x number) {
	if len(x) == 1 {
		sum, carry := bits.Add64(n[0], x[0], 0)
		n[0] = sum
		for i := 1; carry != 0; i++ {
			n[i], carry = bits.Add64(n[i], 0, carry)
		}
		return
	}
	var carry uint64
	low := n[:len(x)]
	for i, word := range x {
		low[i], carry = bits.Add64(low[i], word, carry)
	}
	for i := len(x); carry != 0; i++ {
		n[i], carry = bits.Add64(n[i], 0, carry)
	}
}

// grow returns n + x, in n's memory where it suffices.
func (n number) grow(x number) number {
	for len(n) < len(x) {
		n = append(n, 0)
	}
	n = append(n, 0)
	n.add(x)
	return n.trim()
}

// times returns n * factor in n's memory where it suffices.
func (n number) times(factor uint64) number {
	var carry uint64
	for i, word := range n {
		high, low := bits.Mul64(word, factor)
		var c uint64
		n[i], c = bits.Add64(low, carry, 0)
		carry = high + c
	}
	return append(n, carry).trim()
}

// trim drops leading zero words.
func (n number) trim() number {
	for len(n) > 0 && n[len(n)-1] == 0 {
		n = n[:len(n)-1]
	}
	return n
}

// compare compares two trimmed numbers.
func (n number) compare(x number) int {
	if c := cmp.Compare(len(n), len(x)); c != 0 {
		return c
	}
	for i := len(n) - 1; i >= 0; i-- {
		if c := cmp.Compare(n[i], x[i]); c != 0 {
			return c
		}
	}
	return 0
}

// arena hands out numbers from pieces of memory, each twice as large as the
// one before.
type arena struct {
	free []uint64
	// last is the size of the last piece in words.
	last int
}

// An arena's pieces have 512 bytes to 1 MiB.
const (
	firstPieceWords = 1 << 6
	pieceWords      = 1 << 17
)

// zero returns a number of the given count of words, all zero.
func (a *arena) zero(words int) number {
	if words > len(a.free) {
		a.last = min(max(2*a.last, firstPieceWords), pieceWords)
		a.free = make([]uint64, max(words, a.last))
	}
	n := a.free[:words:words]
	a.free = a.free[words:]
	return n
}

// copy returns a copy of n.
func (a *arena) copy(n number) number {
	c := a.zero(len(n))
	copy(c, n)
	return c
}
