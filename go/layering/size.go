package layering

import (
	"cmp"
	"slices"

	"github.com/rules-strata/rules_strata/go/store"
)

// planSize gives the largest objects layers of their own, the largest at the
// bottom, and all others the last one. Equally large ones are sorted by name.
func planSize(p *problem) ([]planned, error) {
	if err := p.needSizes(); err != nil {
		return nil, err
	}
	objects := p.stored()
	slices.SortFunc(objects, func(a, b int32) int {
		return cmp.Or(cmp.Compare(p.sizes[b], p.sizes[a]), compareNames(p.path(a), p.path(b)))
	})
	return explained(ClassicSplit(p.paths(objects), p.layers), "largest"), nil
}

// stored are the objects that come into layers, in the order of the closure.
func (p *problem) stored() []int32 {
	var objects []int32
	for i := range p.closure.Objects {
		if !p.skip(int32(i)) {
			objects = append(objects, int32(i))
		}
	}
	return objects
}

// paths are the store paths of some objects.
func (p *problem) paths(objects []int32) []store.Path {
	out := make([]store.Path, len(objects))
	for i, o := range objects {
		out[i] = p.path(o)
	}
	return out
}
