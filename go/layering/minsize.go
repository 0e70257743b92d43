package layering

import (
	"fmt"
	"slices"

	"github.com/rules-strata/rules_strata/go/store"
)

// joinSmall joins the layers that have less than MinLayerSize bytes with each
// other, from the bottom up, until each has as many; what is left over at the
// end goes to the last of them. A joined layer is where its uppermost part
// was. Layers that are marked alone stay as they are, those that are apart are
// only joined with their like.
func (p *problem) joinSmall(layers []planned, least int64) []planned {
	sizes := make(map[store.Path]int64, len(p.sizes))
	for i, o := range p.closure.Objects {
		sizes[o.Path] = p.sizes[i]
	}
	gone := make([]bool, len(layers))
	for _, apart := range []bool{false, true} {
		for _, part := range smallParts(layers, sizes, least, apart) {
			last := part[len(part)-1]
			if len(part) == 1 {
				continue
			}
			var joined planned
			for _, i := range part {
				joined.paths = append(joined.paths, layers[i].paths...)
				gone[i] = i != last
			}
			slices.SortFunc(joined.paths, compareNames)
			joined.why = fmt.Sprintf("%d objects of %d layers that would be small", len(joined.paths), len(part))
			joined.apart = apart
			layers[last] = joined
		}
	}
	var out []planned
	for i, l := range layers {
		if !gone[i] {
			out = append(out, l)
		}
	}
	return out
}

// smallParts are the layers that are to be joined, by their places.
func smallParts(layers []planned, sizes map[store.Path]int64, least int64, apart bool) [][]int {
	var parts [][]int
	var part []int
	var size int64
	for i, l := range layers {
		var own int64
		for _, path := range l.paths {
			own += sizes[path]
		}
		if l.alone || l.apart != apart || own >= least {
			continue
		}
		part = append(part, i)
		if size += own; size >= least {
			parts, part, size = append(parts, part), nil, 0
		}
	}
	switch {
	case len(part) == 0:
	case len(parts) == 0:
		parts = append(parts, part)
	default:
		parts[len(parts)-1] = append(parts[len(parts)-1], part...)
	}
	return parts
}
