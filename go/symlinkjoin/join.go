// Package symlinkjoin makes one tree of links to several store objects, the
// root file system that an image's contents give.
//
// It follows nixpkgs' symlinkJoin, which runs lndir for each object in turn:
// directories are made, everything else becomes a link to the object, a link
// keeps its text, and what is there first wins. Where lndir leaves out a whole
// directory that meets a link to a directory, or such a link that meets a
// directory, this package makes one directory of both. Of two links, wherever
// they lead, the first is kept.
package symlinkjoin

import (
	"path"
	"strings"

	"github.com/rules-strata/rules_strata/go/nar"
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
	// Path is relative to the root.
	Path          string
	First, Second Claim
}

// Claim is what a content gives for a path.
type Claim struct {
	// Label is the content's.
	Label string
	// What is "a file", "a directory", or "a link to" and the link's text.
	What string
}

// Join links the contents in order. It returns the tree, every directory
// before what is in it and siblings sorted by bytes, and the collisions sorted
// by path. A content that is itself a link to a directory stands for that
// directory; linked are objects, besides the contents, that such links lead to.
// A content that is a file, or a link to anything else, is an error.
func Join(contents []Content, linked ...Content) ([]Entry, []Collision, error) {
	j := &joiner{root: newDirectory(0), objects: map[string]*node{}, above: map[string]bool{}}
	for i, c := range contents {
		if err := j.open(i, c); err != nil {
			return nil, nil, err
		}
	}
	for _, c := range linked {
		if err := j.know(c); err != nil {
			return nil, nil, err
		}
	}
	for i := range j.contents {
		if err := j.follow(i); err != nil {
			return nil, nil, err
		}
	}
	for _, c := range j.contents {
		j.merge(j.root, "/", c.root, "/")
	}
	j.unite()
	return j.root.entries(nil, ""), j.collisions(), nil
}

// joiner is a join under way. Paths in it are absolute, as in the image.
type joiner struct {
	contents []content
	// objects holds the contents' trees by their store paths, above the
	// directories above those.
	objects map[string]*node
	above   map[string]bool
	// root is the joined tree.
	root *node
	// unions are the places where a directory and a link met.
	unions  []*union
	clashes []clash
}

// content is a Content as a tree.
type content struct {
	label string
	path  string
	root  *node
}

// merge does what lndir does for one directory: it links everything in the
// directory from, which is at the path in of a content, into the directory
// dst, which is at the path at of the joined tree.
func (j *joiner) merge(dst *node, at string, from *node, in string) {
	for _, name := range from.names() {
		if child := from.children[name]; !ignored(name, child) {
			j.place(dst, name, path.Join(at, name), child, path.Join(in, name))
		}
	}
}

// place links one child, or keeps what is there, or leaves the matter to
// unite.
func (j *joiner) place(dst *node, name, at string, child *node, in string) {
	existing := dst.children[name]
	isDirectory := child.kind == nar.Directory
	switch {
	case existing == nil && isDirectory:
		existing = newDirectory(child.content)
		dst.children[name] = existing
		j.merge(existing, at, child, in)
	case existing == nil:
		dst.children[name] = j.link(child, at, in)
	case existing.kind == nar.Directory && isDirectory:
		j.merge(existing, at, child, in)
	case existing.kind != nar.Directory && !isDirectory:
		j.keepFirst(dst, name, at, j.link(child, at, in))
	default:
		j.unions = append(j.unions, &union{dst: dst, name: name, at: at, child: child, in: in})
	}
}

// link is what stands at the path at for a content's file or link. A link
// keeps its text unless it moves to another directory, where that would mean
// something else.
func (j *joiner) link(child *node, at, in string) *node {
	n := &node{kind: nar.Symlink, content: child.content, target: child.target}
	switch {
	case child.kind == nar.Regular:
		n.target = j.contents[child.content].path + in
	case path.Dir(at) != path.Dir(in):
		n.target = absolute(path.Dir(in), child.target)
	}
	return n
}

// absolute is a link's text that means in every directory what target means in
// dir.
func absolute(dir, target string) string {
	for !path.IsAbs(target) {
		name, rest, _ := strings.Cut(target, "/")
		switch name {
		case ".":
		case "..":
			dir = path.Dir(dir)
		default:
			return strings.TrimSuffix(dir, "/") + "/" + target
		}
		if target = strings.TrimLeft(rest, "/"); target == "" {
			return dir
		}
	}
	return target
}

// keepFirst leaves at dst's name, where there is a link, the one of the
// earlier content. It says whether that is n.
func (j *joiner) keepFirst(dst *node, name, at string, n *node) bool {
	existing := dst.children[name]
	if existing.target == n.target {
		return false
	}
	if n.content < existing.content {
		dst.children[name] = n
		j.clash(at, n, existing)
		return true
	}
	j.clash(at, existing, n)
	return false
}

// union is a place of the joined tree, dst's name, where there is a directory
// and a content's child is not, or the other way round.
type union struct {
	dst      *node
	name, at string
	child    *node
	in       string
	// into is the directory that now has what the child has, if there is one.
	into *node
}

// unite makes one directory of what met, wherever the link leads to a
// directory that is known. One union can be what another one waits for.
func (j *joiner) unite() {
	for changed := true; changed; {
		changed = false
		// Merging appends to the unions.
		for i := 0; i < len(j.unions); i++ {
			changed = j.uniteOne(j.unions[i]) || changed
		}
	}
	for _, u := range j.unions {
		if child := j.given(u); !j.united(u, child) {
			j.clash(u.at, u.dst.children[u.name], child)
		}
	}
}

// given is what the content has for the place: a directory or a link.
func (j *joiner) given(u *union) *node {
	if u.child.kind == nar.Directory {
		return u.child
	}
	return j.link(u.child, u.at, u.in)
}

// united says whether both are one directory in the end: what was united later
// may have turned a link away.
func (j *joiner) united(u *union, child *node) bool {
	target := child.target
	if child.kind == nar.Directory {
		target = u.name
	}
	p, ok := j.resolve(path.Dir(u.at), target)
	return ok && u.into != nil && p.node.kind == nar.Directory && (child.kind == nar.Symlink || p.node == u.into)
}

// uniteOne says whether it changed the tree.
func (j *joiner) uniteOne(u *union) bool {
	existing := u.dst.children[u.name]
	if u.child.kind != nar.Directory {
		other, ok := j.resolve(path.Dir(u.at), j.given(u).target)
		if !ok || other.node.kind != nar.Directory {
			return false
		}
		// The other directory may still grow: there will be a next time.
		u.into = existing
		return j.share(existing, u.at, other, u.child.content)
	}
	if u.into != nil {
		return false
	}
	into := place{node: existing, path: u.at}
	if existing.kind != nar.Directory {
		var ok bool
		if into, ok = j.expand(u.at); !ok {
			return false
		}
	}
	u.into = into.node
	j.merge(into.node, into.path, u.child, u.in)
	return true
}

// expand is the directory of the joined tree that the link at a path leads to.
// A link into an object is replaced by a directory of links first.
func (j *joiner) expand(at string) (place, bool) {
	for range maxLinks {
		p, ok := j.resolve(path.Dir(at), path.Base(at))
		if !ok || p.node.kind != nar.Directory {
			break
		}
		if !p.inObject {
			return p, true
		}
		object, ok := j.resolve(path.Dir(p.link), path.Base(p.link))
		if !ok || !object.inObject {
			break
		}
		link, _ := j.lookup(p.link)
		*link = *newDirectory(link.content)
		for _, name := range object.node.names() {
			link.children[name] = &node{kind: nar.Symlink, content: link.content, target: path.Join(object.path, name)}
		}
	}
	return place{}, false
}

// share links into the directory dst what the directory other has and dst has
// not, for a content whose link says that dst is other. It says whether it
// changed dst. It makes no directories, so that a link to a directory above
// dst does no harm.
func (j *joiner) share(dst *node, at string, other place, content int) bool {
	changed := false
	for _, name := range other.node.names() {
		child := other.node.children[name]
		n := &node{kind: nar.Symlink, content: max(content, child.content), target: path.Join(other.path, name)}
		if other.inObject {
			n.content = content
		} else if path.IsAbs(child.target) {
			n.target = child.target
		}
		at := path.Join(at, name)
		existing := dst.children[name]
		switch {
		case existing == nil:
			dst.children[name] = n
			changed = true
		case existing == child:
			// dst is other.
		case existing.kind != nar.Directory:
			changed = j.keepFirst(dst, name, at, n) || changed
		default:
			inner, ok := j.resolve(other.path, name)
			if !ok || inner.node.kind != nar.Directory {
				j.clash(at, existing, n)
				continue
			}
			changed = j.share(existing, at, inner, content) || changed
		}
	}
	return changed
}
