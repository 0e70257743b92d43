package monorepo

import (
	"cmp"
	"math"
	"slices"
)

// Change is what one change touches. The graph has it already.
type Change struct {
	// Kind is what it is.
	Kind Kind
	// Objects are those whose bytes, listing or references changed, and those
	// that are new; sorted.
	Objects []int
	// Images are those with another config, and those that are new.
	Images []int
}

// Kind says who makes a change.
type Kind string

// The kinds of changes.
const (
	// Edit is a change of an engineer, in one folder.
	Edit Kind = "edit"
	// Bump is a new version of an external origin.
	Bump Kind = "bump"
)

// Stream makes changes of a graph, one after another.
type Stream struct {
	g    *Graph
	draw draw
	// folders choose by the activity of all that is in each.
	folders weights
	// inFolder choose among the objects of each folder.
	inFolder []weights
}

// NewStream begins to change a graph. The same graph gets the same changes.
func NewStream(g *Graph) *Stream {
	s := &Stream{g: g, draw: newDraw(g.params.Seed, 2)}
	for _, folder := range g.Folders {
		var w weights
		for _, i := range folder {
			w.add(g.Objects[i].Activity)
		}
		s.inFolder = append(s.inFolder, w)
		s.folders.add(w.total())
	}
	return s
}

// Day makes the changes of a day: those of engineers, with the new versions of
// external origins among them.
func (s *Stream) Day(each func(Change) error) error {
	bumps := s.draw.times(s.g.params.Bumps)
	n := s.g.params.Changes + bumps
	for i := range n {
		c := Change{Kind: Edit}
		if (i+1)*bumps/n > i*bumps/n {
			s.bump(&c)
		} else {
			s.edit(&c)
		}
		slices.Sort(c.Objects)
		c.Objects = slices.Compact(c.Objects)
		if err := each(c); err != nil {
			return err
		}
	}
	return nil
}

// bump gives all objects of an origin other bytes.
func (s *Stream) bump(c *Change) {
	c.Kind = Bump
	for _, i := range s.g.Origins[s.draw.IntN(len(s.g.Origins))] {
		s.rewrite(c, i)
	}
}

// edit edits objects of one folder, chosen by activity.
func (s *Stream) edit(c *Change) {
	p := &s.g.params
	folder := s.folders.pick(s.draw)
	for range s.draw.count(1, p.EditedObjects) {
		s.rewrite(c, s.g.Folders[folder][s.inFolder[folder].pick(s.draw)])
	}
	edited := c.Objects[0]
	if s.draw.chance(p.AddedFiles) {
		s.g.Objects[edited].Listing++
	}
	if s.draw.chance(p.AddedRefs) {
		if ref, ok := s.g.lower(folder, s.g.Objects[edited].level); ok {
			s.refer(edited, ref)
		}
	}
	if refs := s.g.Objects[edited].Refs; len(refs) > 0 && s.draw.chance(p.RemovedRefs) {
		n := s.draw.IntN(len(refs))
		s.g.Objects[edited].Refs = slices.Delete(slices.Clone(refs), n, n+1)
	}
	if level := s.g.Objects[edited].level - 1; level >= 0 && s.draw.chance(p.AddedObjects) {
		added := s.g.addLibrary(folder, level)
		s.added(added)
		s.refer(edited, added)
		c.Objects = append(c.Objects, added)
	}
	if s.draw.chance(p.AddedImages) {
		added := s.g.addProgram(s.g.productFolder(len(s.g.Images)))
		s.added(added)
		c.Objects = append(c.Objects, added)
		c.Images = append(c.Images, len(s.g.Images)-1)
	}
}

// added makes a new object one that edits can choose.
func (s *Stream) added(object int) {
	o := &s.g.Objects[object]
	s.inFolder[o.Folder].add(o.Activity)
	for f := o.Folder; f < len(s.folders.sums); f++ {
		s.folders.sums[f] += o.Activity
	}
}

// refer adds a reference.
func (s *Stream) refer(from, to int) {
	o := &s.g.Objects[from]
	if at, found := slices.BinarySearchFunc(o.Refs, to, cmp.Compare[int]); !found {
		o.Refs = slices.Insert(slices.Clone(o.Refs), at, to)
	}
}

// resizeSigma is that of the lognormal factor by which an edit changes an
// object's size.
const resizeSigma = .02

// rewrite gives an object other bytes.
func (s *Stream) rewrite(c *Change, i int) {
	o := &s.g.Objects[i]
	o.Version++
	o.Size = max(int64(float64(o.Size)*math.Exp(resizeSigma*s.draw.NormFloat64())), 1)
	c.Objects = append(c.Objects, i)
}
