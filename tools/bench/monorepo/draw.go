package monorepo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
)

// draw draws random numbers. Its generator is math/rand/v2's PCG, whose numbers
// are the same with every version of Go.
type draw struct{ *rand.Rand }

func newDraw(seed, stream uint64) draw { return draw{rand.New(rand.NewPCG(seed, stream))} }

// chance is true with a probability.
func (d draw) chance(probability float64) bool { return d.Float64() < probability }

// count is a geometric number of at least least, with a mean. Params.check sees
// to it that the mean is not less.
func (d draw) count(least int, mean float64) int {
	more := mean - float64(least)
	if more < 0 {
		panic(fmt.Sprintf("a mean of %g: want at least %d", mean, least))
	}
	n := least
	for more > 0 && d.chance(more/(1+more)) {
		n++
	}
	return n
}

// times is how often something happens of which there are mean on average: the
// whole part always, and once more with the probability of the rest.
func (d draw) times(mean float64) int {
	whole, rest := math.Modf(mean)
	if d.chance(rest) {
		return int(whole) + 1
	}
	return int(whole)
}

// largestObject bounds sizes: the largest packages of Debian are of that order.
const largestObject = 1 << 30

// size is lognormal, in bytes.
func (d draw) size(median, sigma float64) int64 {
	return min(max(int64(median*math.Exp(sigma*d.NormFloat64())), 1<<10), largestObject)
}

// zipf is one of 0 to n-1, of which k comes with a weight of (k+1)^-exponent;
// by inversion of the continuous distribution.
func (d draw) zipf(n int, exponent float64) int {
	u := d.Float64()
	if math.Abs(exponent-1) < 1e-9 {
		return min(int(math.Pow(float64(n)+1, u))-1, n-1)
	}
	e := 1 - exponent
	return min(int(math.Pow(1+u*(math.Pow(float64(n)+1, e)-1), 1/e))-1, n-1)
}

// weights choose among some things by their weights.
type weights struct{ sums []float64 }

func (w *weights) add(weight float64) { w.sums = append(w.sums, w.total()+weight) }

func (w *weights) total() float64 {
	if len(w.sums) == 0 {
		return 0
	}
	return w.sums[len(w.sums)-1]
}

// pick is one of them.
func (w *weights) pick(d draw) int {
	return min(sort.SearchFloat64s(w.sums, d.Float64()*w.total()), len(w.sums)-1)
}
