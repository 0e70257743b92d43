package rebuild

import (
	"math"

	"github.com/rules-strata/rules_strata/tools/bench/monorepo"
)

// Formula is something that has a formula: its mean for one day, from the graph
// and the parameters, without any change. All formulas are sums of one
// function: touches(S), how many changes a day touch any object of a set S.
// References that come and go are left out, and so is a plan that changes with
// sizes.
type Formula int

// What has a formula.
const (
	// ObjectLayers is the sum of touches({o}) over the objects of images.
	ObjectLayers Formula = iota
	// ImageConfigs is the sum of touches(objects) over the images.
	ImageConfigs
	// RestLayers is the sum of touches(objects that share a layer) over the
	// images, FreshRestLayers that of touches(objects) over the images that
	// have such an action.
	RestLayers
	FreshRestLayers
	// SentLayers is the sum of touches(l) over the layers of each image, Sent
	// that of size(l) touches(l), in bytes; Stored is the same over the layers
	// that differ from each other.
	SentLayers
	Sent
	Stored
	Formulas
)

// String is the name of what is counted.
func (f Formula) String() string {
	return [...]string{"ObjectLayer", "ImageConfig", "RestLayer", "RestLayer, fresh", "layers sent", "bytes sent", "bytes stored"}[f]
}

// Amounts are one number for each formula.
type Amounts [Formulas]float64

// Expect computes the formulas for the images as they are, and the standard
// deviation of one day, for which each object counts on its own.
func (b *Builds) Expect(p monorepo.Params) (mean, deviation Amounts) {
	t := newTouches(b.graph, p)
	var sums [Formulas]*estimate
	for f := range sums {
		sums[f] = t.estimate()
	}
	used := make([]bool, len(b.graph.Objects))
	layers := map[uint64]bool{}
	for i, im := range b.images {
		sums[ImageConfigs].add(im.objects, 1)
		if b.SharesLayers(i) {
			sums[FreshRestLayers].add(im.objects, 1)
		}
		var shared []int
		for _, l := range im.layers {
			if l.Objects == nil {
				continue
			}
			if len(l.Objects) > 1 {
				shared = append(shared, l.Objects...)
			}
			sums[SentLayers].add(l.Objects, 1)
			sums[Sent].add(l.Objects, float64(l.Size))
			if !layers[l.Digest] {
				layers[l.Digest] = true
				sums[Stored].add(l.Objects, float64(l.Size))
			}
		}
		sums[RestLayers].add(shared, 1)
		for _, o := range im.objects {
			if !used[o] {
				used[o] = true
				sums[ObjectLayers].add([]int{o}, 1)
			}
		}
	}
	for f, sum := range sums {
		mean[f], deviation[f] = sum.mean, sum.deviation()
	}
	return mean, deviation
}

// estimate is a sum of touches(S), each with a weight.
type estimate struct {
	*touches
	mean float64
	// objects and origins are what a change of each adds to the sum.
	objects, origins []float64
}

func (t *touches) estimate() *estimate {
	return &estimate{touches: t, objects: make([]float64, len(t.graph.Objects)), origins: make([]float64, len(t.graph.Origins))}
}

// add adds touches(S) for some objects.
func (e *estimate) add(objects []int, weight float64) {
	e.mean += weight * e.of(objects)
	origins := map[int]bool{}
	for _, i := range objects {
		if e.graph.Objects[i].FirstParty() {
			e.objects[i] += weight
		} else if origin := e.origin[i]; !origins[origin] {
			origins[origin] = true
			e.origins[origin] += weight
		}
	}
}

// deviation is the standard deviation of the sum in one day, if what changes
// does so by Poisson's distribution: the root of the sum of rate(x) n(x)^2.
func (e *estimate) deviation() float64 {
	var squares float64
	for i, n := range e.objects {
		if n > 0 {
			squares += e.of([]int{i}) * n * n
		}
	}
	for _, n := range e.origins {
		squares += e.bump * n * n
	}
	return math.Sqrt(squares)
}
