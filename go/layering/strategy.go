package layering

import (
	"maps"
	"slices"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/store"
)

// problem is what a strategy plans the layers of.
type problem struct {
	closure *closure.Closure
	// refs are the references between the objects, by their indices.
	refs lists
	// sizes are the objects' NAR sizes in bytes, 0 where they are unknown.
	sizes []int64
	// layers is the number of layers that there may be.
	layers int
	// leftOut are the objects that come into no layer.
	leftOut map[store.Path]bool
	// pinned are the objects that should be alone in their layers.
	pinned map[store.Path]bool
}

// strategy plans at most p.layers layers, bottom layer first. Every object
// that is neither synthetic nor left out is in exactly one, and none is empty;
// only pipelines may do otherwise.
type strategy func(p *problem) ([]planned, error)

// planned is a layer of a plan.
type planned struct {
	paths []store.Path
	// usedBy are the objects that have this layer in common, if the strategy
	// puts objects together for that.
	usedBy []store.Path
	// why is a short sentence for people. It names no sizes and no ranks, so
	// that a plan stays the same, byte for byte, while its layers do.
	why string
	// alone keeps min_layer_size from joining it with any other, apart from
	// joining it with layers that are not apart.
	alone, apart bool
}

// strategies are the strategies by name. A new one is a file of its own and a
// line here.
func strategies() map[string]strategy {
	return map[string]strategy{
		"auto":              planAuto,
		"origin":            planOrigin,
		"popularity":        planPopularity,
		"popularity_pinned": planPinned,
		"size":              planSize,
		"stable":            planStable,
	}
}

// Names lists the strategies, sorted.
func Names() []string {
	return slices.Sorted(maps.Keys(strategies()))
}

// path is the store path of an object.
func (p *problem) path(i int32) store.Path { return p.closure.Objects[i].Path }

// skip says whether an object is in no layer.
func (p *problem) skip(i int32) bool {
	o := &p.closure.Objects[i]
	return o.Synthetic || p.leftOut[o.Path]
}
