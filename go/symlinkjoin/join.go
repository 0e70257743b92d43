// Package symlinkjoin makes one tree of links to several store objects, the
// root file system that an image's contents give.
//
// It follows nixpkgs' symlinkJoin, which runs lndir for each object in turn:
// directories are made, everything else becomes a link to the object, a link
// keeps its text, and what is there first wins. Where lndir loses a whole
// directory that meets a link to a directory, this package merges the two.
package symlinkjoin

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// Content is one store object to link, known by its listing.
type Content struct {
	StorePath store.Path
	// Label names the object in messages; the store path does when it is empty.
	Label string
	// Entries is the object's tree, every directory before what is in it.
	Entries []object.Entry
}

// Entry is a directory or a link of the joined tree.
type Entry struct {
	// Path is relative to the root and "" for the root itself.
	Path string
	// Target is the link's text; it is empty for a directory.
	Target string
}

// Collision is a path that two contents give differently. The first one's is
// kept.
type Collision struct {
	Path          string
	First, Second string
}

func (c Collision) String() string {
	return fmt.Sprintf("/%s: %s and %s differ: the first is kept", c.Path, c.First, c.Second)
}

// maxDepth bounds how deep links to directories are followed while merging.
const maxDepth = 64

// Join links the contents in order. It returns the tree, every directory
// before what is in it and siblings sorted by bytes, and the collisions in the
// order they were met. A content that is a file or a link is an error.
func Join(contents []Content) ([]Entry, []Collision, error) {
	j := &joiner{root: newDirectory("")}
	for _, c := range contents {
		src, err := sourceTree(c)
		if err != nil {
			return nil, nil, err
		}
		j.sources = append(j.sources, src)
	}
	for _, src := range j.sources {
		j.merge(j.root, src.root, src, "", 0)
	}
	return j.root.entries(nil, ""), j.collisions, nil
}

type joiner struct {
	root       *node
	sources    []*source
	collisions []Collision
}

// node is a place in the joined tree: a directory if children is not nil, else
// a link.
type node struct {
	target   string
	origin   string
	children map[string]*node
}

func newDirectory(origin string) *node {
	return &node{origin: origin, children: map[string]*node{}}
}

func (n *node) entries(out []Entry, at string) []Entry {
	out = append(out, Entry{Path: at, Target: n.target})
	for _, name := range sortedNames(n.children) {
		out = n.children[name].entries(out, path.Join(at, name))
	}
	return out
}

func (j *joiner) merge(dst *node, dir *sourceNode, src *source, at string, depth int) {
	for _, name := range sortedNames(dir.children) {
		child := dir.children[name]
		if ignored(name, child) {
			continue
		}
		j.place(dst, name, child, src, path.Join(at, name), depth)
	}
}

func (j *joiner) place(dst *node, name string, child *sourceNode, src *source, at string, depth int) {
	existing := dst.children[name]
	if existing == nil {
		if child.children == nil {
			dst.children[name] = &node{target: src.linkTo(child), origin: src.label}
			return
		}
		existing = newDirectory(src.label)
		dst.children[name] = existing
	}
	if depth < maxDepth {
		if into, from := j.directories(dst, name, child, src, at); into != nil && from != nil {
			j.merge(into, from, src, at, depth+1)
			return
		}
	}
	if existing.children == nil && existing.target == src.linkTo(child) {
		return
	}
	j.collisions = append(j.collisions, Collision{Path: at, First: existing.origin, Second: src.label})
}

// directories are what stands at dst's name and what child is, where both are
// directories or links to directories that can be followed, and nil otherwise.
// A link into an object's directory is replaced by a directory of links.
func (j *joiner) directories(dst *node, name string, child *sourceNode, src *source, at string) (*node, *sourceNode) {
	from := child
	if child.children == nil {
		if from = src.follow(child); from == nil {
			return nil, nil
		}
	}
	existing := dst.children[name]
	if existing.children != nil {
		return existing, from
	}
	if child.children == nil {
		// Two links: the first is kept as it is.
		return nil, nil
	}
	if into := j.lookup(path.Join("/", path.Dir(at)), existing.target, 0); into != nil {
		return into, from
	}
	for _, other := range j.sources {
		if dir := other.directoryAt(existing.target); dir != nil {
			expanded := newDirectory(existing.origin)
			dst.children[name] = expanded
			j.merge(expanded, dir, other, at, 0)
			return expanded, from
		}
	}
	return nil, nil
}

// lookup is the directory of the joined tree that target names, seen from dir.
func (j *joiner) lookup(dir, target string, links int) *node {
	if links > maxDepth {
		return nil
	}
	if !strings.HasPrefix(target, "/") {
		target = dir + "/" + target
	}
	at := j.root
	done := "/"
	for _, part := range strings.Split(strings.TrimPrefix(path.Clean(target), "/"), "/") {
		if part == "" {
			continue
		}
		next := at.children[part]
		if next != nil && next.children == nil {
			next = j.lookup(done, next.target, links+1)
		}
		if next == nil {
			return nil
		}
		at, done = next, path.Join(done, part)
	}
	return at
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
