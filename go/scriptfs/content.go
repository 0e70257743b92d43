package scriptfs

import (
	"slices"
	"sort"
)

// content is what a regular file has in it: pieces that lie elsewhere, zeros
// between them. Pieces never change, so that files can share them.
type content struct {
	size int64
	// extents are sorted and do not overlap.
	extents []extent
}

// extent is a piece of a content: size bytes from start on.
type extent struct {
	start, size int64
	// source is where the piece is, or nil if it is in the arena.
	source source
	// offset is where in it the piece begins.
	offset int64
}

func (e *extent) end() int64 { return e.start + e.size }

// from is the extent without what lies before a place in it.
func (e extent) from(at int64) extent {
	cut := at - e.start
	e.start, e.offset, e.size = at, e.offset+cut, e.size-cut
	return e
}

// clone is a content that shares the pieces.
func (c *content) clone() content { return content{size: c.size, extents: slices.Clone(c.extents)} }

// put makes a piece, which is at e.start, part of the content.
func (c *content) put(e extent) {
	c.size = max(c.size, e.end())
	if last := len(c.extents) - 1; last >= 0 && c.extents[last].end() <= e.start {
		if l := &c.extents[last]; l.end() == e.start && l.source == e.source && l.offset+l.size == e.offset {
			l.size += e.size
			return
		}
	} else if last >= 0 {
		c.insert(e)
		return
	}
	c.extents = append(c.extents, e)
}

// insert puts a piece over others.
func (c *content) insert(e extent) {
	first := c.find(e.start)
	after := first
	var parts []extent
	for after < len(c.extents) && c.extents[after].start < e.end() {
		old := c.extents[after]
		if old.start < e.start {
			left := old
			left.size = e.start - old.start
			parts = append(parts, left)
		}
		if old.end() > e.end() {
			parts = append(parts, e, old.from(e.end()))
			e.size = 0
			after++
			break
		}
		after++
	}
	if e.size > 0 {
		parts = append(parts, e)
	}
	c.extents = slices.Replace(c.extents, first, after, parts...)
}

// truncate cuts the content, or fills it up with zeros.
func (c *content) truncate(size int64) {
	c.size = size
	first := c.find(size)
	if first < len(c.extents) && c.extents[first].start < size {
		c.extents[first].size = size - c.extents[first].start
		first++
	}
	c.extents = c.extents[:first:first]
}

// find is the first extent that ends behind a place.
func (c *content) find(at int64) int {
	return sort.Search(len(c.extents), func(i int) bool { return c.extents[i].end() > at })
}

// at is the piece of the content from a place on, at most n bytes of it. A
// piece of zeros has hole set. It is empty at the content's end.
func (c *content) at(place, n int64) (e extent, hole bool) {
	n = max(0, min(n, c.size-place))
	i := c.find(place)
	switch {
	case i == len(c.extents):
		return extent{start: place, size: n}, true
	case c.extents[i].start > place:
		return extent{start: place, size: min(n, c.extents[i].start-place)}, true
	}
	e = c.extents[i].from(place)
	e.size = min(e.size, n)
	return e, false
}
