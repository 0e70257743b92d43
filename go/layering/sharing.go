package layering

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// sharing is the state of planStable: which objects share a layer so far.
//
// A step's cost is in bytes to send again. A byte that could be shared with
// other images and is not counts half. That other images have an object, too,
// is likely when much needs it here: with n objects that need it, 4n²/(4n²+25),
// which is one half at n = 2.5. Joining two clusters
// of an origin, which change together, costs the bytes that are then shared no
// more: those that are likely to be shared at all, times the part of the
// objects that need one of the two and not both. Pooling a cluster costs these
// bytes whole, and its size, since a pool is sent whenever any of its objects
// changes.
type sharing struct {
	p *problem
	// origin and key are those of each object, see originOf.
	origin, key []string
	clusters    []*cluster
	count       int
	// own is the pool of first-party objects, left that of all others.
	left, own pooled
	// programs are objects that are alone on top, see programsOf.
	programs []int32
}

// cluster is what shares a layer and is of one origin.
type cluster struct {
	objects    []int32
	firstParty bool
	// size is coarse, shared half of the part of it that other images are
	// likely to have.
	size, shared int64
	// all and any are the objects that need all of the cluster, and any of it,
	// directly or not; those of it need themselves.
	all, any bitset
	// unshared are the bytes of shared that the cluster as it is keeps other
	// images from sharing.
	unshared int64
	gone     bool
	// mate is the cluster before this one in the list that is cheapest to join,
	// nil if there is none of this origin; cost is what it costs.
	mate *cluster
	cost int64
	// costs are what it costs to join each of the clusters before this one;
	// -1 where that is gone, or of another origin.
	costs []int64
}

// candidatesPerLayer limits the objects that may get a layer of their own, or
// with others of their origin, to so many of the largest for each layer.
const candidatesPerLayer = 4

func newSharing(p *problem) *sharing {
	s := &sharing{p: p, origin: make([]string, len(p.sizes)), key: make([]string, len(p.sizes))}
	for i := range p.closure.Objects {
		s.origin[i], s.key[i] = originOf(&p.closure.Objects[i])
	}
	s.programs = s.programsOf(p.stored())
	objects := slices.DeleteFunc(p.stored(), func(i int32) bool { return slices.Contains(s.programs, i) })
	slices.SortFunc(objects, func(a, b int32) int {
		return cmp.Or(cmp.Compare(coarse(p.sizes[b]), coarse(p.sizes[a])), compareNames(p.path(a), p.path(b)))
	})
	candidates := objects
	if most := candidatesPerLayer * p.layers; len(objects) > most {
		candidates = objects[:most]
		for _, i := range objects[most:] {
			s.pool(firstParty(s.origin[i])).add([]int32{i}, s.size)
		}
	}
	users := newReach(p.refs.reversed())
	for _, i := range candidates {
		needing := s.needing(users, i)
		s.clusters = append(s.clusters, &cluster{
			objects: []int32{i}, firstParty: firstParty(s.origin[i]), size: coarse(p.sizes[i]),
			shared: likelyShared(coarse(p.sizes[i]), needing.count()-1), all: needing, any: needing,
		})
	}
	s.count = len(s.clusters)
	for i, c := range s.clusters {
		c.costs = make([]int64, i)
		for j, other := range s.clusters[:i] {
			c.costs[j] = -1
			if s.sameOrigin(c, other) {
				c.costs[j] = joinCost(c, other)
			}
		}
		c.findMate(s.clusters)
	}
	return s
}

func (s *sharing) size(i int32) int64 { return s.p.sizes[i] }

// needing are the objects that need an object, and that itself.
func (s *sharing) needing(users *reach, object int32) bitset {
	set := newBitset(len(s.p.sizes))
	for _, i := range users.from(object) {
		if !s.p.closure.Objects[i].Synthetic {
			set.add(i)
		}
	}
	return set
}

// likelyShared is half of the part of some bytes that other images are likely
// to have.
func likelyShared(size int64, users int) int64 {
	n := int64(min(users, 1000))
	part := (2 * n * n << 10) / (4*n*n + 25)
	return size * part >> 10
}

// pool is where first-party objects or others go.
func (s *sharing) pool(firstParty bool) *pooled {
	if firstParty {
		return &s.own
	}
	return &s.left
}

// layers is how many layers there would be.
func (s *sharing) layers() int {
	n := s.count + len(s.programs)
	if s.own.objects != nil {
		n++
	}
	if s.left.objects != nil {
		n += pools(s.p.layers)
	}
	return n
}

// step takes the step that costs least; of equal ones that of the cluster which
// is later in the list.
func (s *sharing) step() {
	if s.count == 0 {
		s.joinPools()
		return
	}
	var best *cluster
	join, least := false, int64(math.MaxInt64)
	at := 0
	for i, g := range s.clusters {
		if g.gone {
			continue
		}
		if cost := g.size + g.shared - g.unshared; cost <= least {
			best, at, join, least = g, i, false, cost
		}
		if g.mate != nil && g.cost <= least {
			best, at, join, least = g, i, true, g.cost
		}
	}
	best.gone = true
	s.count--
	if join {
		best.mate.join(best)
		s.compare(best.mate)
	} else {
		s.pool(best.firstParty).add(best.objects, s.size)
	}
	for _, c := range s.clusters[at+1:] {
		c.costs[at] = -1
	}
	for _, c := range s.clusters {
		if !c.gone && s.sameOrigin(c, best) {
			c.findMate(s.clusters)
		}
	}
}

// joinPools makes one pool of both: one layer has to hold everything.
func (s *sharing) joinPools() {
	s.left.add(s.own.objects, s.size)
	s.own.objects = nil
}

// unshared is the part of the shared bytes that only some of the objects which
// need any of them need.
func unshared(shared int64, all, any int) int64 {
	return shared * int64(any-all) / int64(any)
}

// join adds the objects of another cluster.
func (g *cluster) join(other *cluster) {
	g.objects = append(g.objects, other.objects...)
	g.size += other.size
	g.shared += other.shared
	g.all, g.any = g.all.and(other.all), g.any.or(other.any)
	g.unshared = unshared(g.shared, g.all.count(), g.any.count())
}

// joinCost is what it costs to join two clusters.
func joinCost(a, b *cluster) int64 {
	all, any := 0, 0
	for i := range a.all {
		all += bits.OnesCount64(a.all[i] & b.all[i])
		any += bits.OnesCount64(a.any[i] | b.any[i])
	}
	return max(unshared(a.shared+b.shared, all, any)-a.unshared-b.unshared, 0)
}

// compare finds what it costs to join a cluster and each other one.
func (s *sharing) compare(c *cluster) {
	at := len(c.costs)
	for i, other := range s.clusters {
		cost := int64(-1)
		if !c.gone && !other.gone && s.sameOrigin(c, other) {
			cost = joinCost(c, other)
		}
		switch {
		case i < at:
			c.costs[i] = cost
		case i > at:
			other.costs[at] = cost
		}
	}
}

// findMate finds the mate of a cluster.
func (c *cluster) findMate(all []*cluster) {
	c.mate = nil
	for i, cost := range c.costs {
		if cost >= 0 && (c.mate == nil || cost < c.cost) {
			c.mate, c.cost = all[i], cost
		}
	}
}

func (s *sharing) sameOrigin(a, b *cluster) bool {
	return s.origin[a.objects[0]] == s.origin[b.objects[0]]
}
