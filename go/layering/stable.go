package layering

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// planStable is ours: few bytes to send again when objects change, few bytes
// that images do not share, and an order of layers that one more object hardly
// moves. docs/design/layering-stable.md has the reasons and the numbers.
//
// Every object begins alone in a layer. While there are too many layers, the
// step that costs least is taken, see sharing. It either joins two layers of
// one origin, or puts a layer's objects into a pool: that of first-party
// objects, or that of all others.
//
// A pool becomes one layer, or, where there are enough layers, that of the
// others two or three, by the objects' sizes. The programs
// themselves, see programsOf, are in none of this, and on top. From the bottom
// there are the layers of one origin, those of the largest first, then the pool of many
// origins, then the first-party layers in the same order: a change of what is
// likely to change leaves what is large where it is.
//
// What a step costs is counted with two significant bits of the sizes, so that
// small growth changes no group.
func planStable(p *problem) ([]planned, error) {
	if err := p.needSizes(); err != nil {
		return nil, err
	}
	s := newSharing(p)
	for s.layers() > p.layers {
		s.step()
	}
	return s.result(), nil
}

// pools is how many of some layers the pool of objects that are not first-party
// gets. With many layers little is in it, and a third one is better spent on an
// object that is alone.
func pools(layers int) int {
	switch {
	case layers < 8:
		return 1
	case 16 <= layers && layers < 48:
		return 3
	}
	return 2
}

// poolSteps are the borders between a pool's layers: objects of at least half
// the size of the largest, of at least an eighth of it, and the others.
var poolSteps = [...]int64{2, 8}

// firstParty says whether objects of an origin are made from the sources of
// the main repository, which change most.
func firstParty(origin string) bool { return strings.HasPrefix(origin, "//") }

// coarse rounds a size down to two significant bits.
func coarse(size int64) int64 {
	if drop := bits.Len64(uint64(size)) - 2; drop > 0 {
		return size >> drop << drop
	}
	return size
}

// pooled is what a pool holds.
type pooled struct {
	objects []int32
	// largest is the coarse size of its largest object.
	largest int64
}

func (l *pooled) add(objects []int32, size func(int32) int64) {
	l.objects = append(l.objects, objects...)
	for _, i := range objects {
		l.largest = max(l.largest, coarse(size(i)))
	}
}

// stableLayer is a layer of the result, before it has its place.
type stableLayer struct {
	planned
	origin, key string
	size        int64
}

// result makes the layers from the clusters and pools that are left.
func (s *sharing) result() []planned {
	var others, firstParty []stableLayer
	for _, c := range s.clusters {
		switch {
		case c.gone:
		case c.firstParty:
			firstParty = append(firstParty, s.layer(c.objects, s.why(c)))
		default:
			others = append(others, s.layer(c.objects, s.why(c)))
		}
	}
	layers := s.bySize(others)
	for _, part := range s.split(s.left) {
		layers = append(layers, s.layer(part, pooledWhy(part, "left over")).planned)
	}
	top := s.bySize(firstParty)
	if own := s.own.objects; own != nil {
		top = append(top, s.layer(own, pooledWhy(own, "first-party")).planned)
	}
	s.p.sortByName(s.programs)
	for _, i := range s.programs {
		program := s.layer([]int32{i}, "alone: a program's own package").planned
		program.alone = true
		top = append(top, program)
	}
	for i := range top {
		top[i].apart = true
	}
	return append(layers, top...)
}

// bySize sorts layers, those of the largest origin first: layers of one origin
// change together, and so are next to each other. What of an origin is in a
// pool counts, too, so that pooling moves no layer.
func (s *sharing) bySize(layers []stableLayer) []planned {
	sizes := map[string]int64{}
	for _, i := range s.p.stored() {
		sizes[s.origin[i]] += s.p.sizes[i]
	}
	slices.SortFunc(layers, func(a, b stableLayer) int {
		return cmp.Or(cmp.Compare(sizes[b.origin], sizes[a.origin]), strings.Compare(a.key, b.key), strings.Compare(a.origin, b.origin),
			cmp.Compare(b.size, a.size), compareNames(a.paths[0], b.paths[0]))
	})
	out := make([]planned, len(layers))
	for i, l := range layers {
		out[i] = l.planned
	}
	return out
}

// why says why a cluster has a layer.
func (s *sharing) why(c *cluster) string {
	switch {
	case len(c.objects) > 1:
		return fmt.Sprintf("%d objects of %s", len(c.objects), s.key[c.objects[0]])
	case s.left.objects == nil && s.own.objects == nil:
		return "alone: there are enough layers"
	default:
		return "alone: to join it with others would cost more than what is joined"
	}
}

func pooledWhy(objects []int32, what string) string {
	if len(objects) == 1 {
		return "alone: the only object that is " + what
	}
	return fmt.Sprintf("%d objects that are %s", len(objects), what)
}

// layer makes a layer of some objects.
func (s *sharing) layer(objects []int32, why string) stableLayer {
	s.p.sortByName(objects)
	l := stableLayer{planned: planned{paths: s.p.paths(objects), why: why}, origin: s.origin[objects[0]], key: s.key[objects[0]]}
	for _, i := range objects {
		l.size += s.p.sizes[i]
	}
	return l
}

// split parts the objects of a pool by their sizes, the larger ones first, into
// as many layers as there are for it.
func (s *sharing) split(pool pooled) [][]int32 {
	parts := make([][]int32, pools(s.p.layers))
	for _, i := range pool.objects {
		n := 0
		for n < len(parts)-1 && coarse(s.p.sizes[i]) < pool.largest/poolSteps[n] {
			n++
		}
		parts[n] = append(parts[n], i)
	}
	return slices.DeleteFunc(parts, func(part []int32) bool { return len(part) == 0 })
}
