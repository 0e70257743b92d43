// Package buildenv makes one tree of links to several store objects, as
// nixpkgs' buildEnv does: a directory that one object alone has is one link to
// it, a directory that several have is a directory of links, and so on inside
// it. What two objects give differently is a collision.
//
// The objects are known by their listings. Only files that meet at one path
// may be read, to see whether they are the same.
//
// It differs from nixpkgs in that packages have no priorities, that
// nix-support/propagated-user-env-packages is not followed, and that of all
// things called log only the one at an object's root is left out.
package buildenv

import (
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/linktree"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/go/storeview"
)

// maxRepeats is how often a directory may be in itself, by links that lead to
// directories above them, such as include/ncursesw to ".".
const maxRepeats = 3

// Member is one of the objects that a tree is made of.
type Member struct {
	Path store.Path
	// Label is what messages call it.
	Label string
}

// Options say what the tree is made of.
type Options struct {
	// Members are the objects; of two files at one path the earlier one's
	// counts, where that is no error.
	Members []Member
	// View has their listings, and those of the objects that they lead to.
	View *storeview.View
	// PathsToLink are absolute paths: nothing else is linked. "/" is all.
	PathsToLink []string
	// Directories are paths, relative to the tree, at which a directory stands
	// and no link to one, if they are to be linked.
	Directories []string
	// IgnoreCollisions keeps the earlier file, with a warning.
	IgnoreCollisions bool
	// Same says whether two regular files have the same bytes; nil if that is
	// not to be looked at.
	Same func(a, b storeview.Place) (bool, error)
	// Warnings gets one line each.
	Warnings io.Writer
}

// Build makes the tree: links, and directories, among them every one of
// PathsToLink. An error names each path that two members give differently, and
// both of them.
func Build(o Options) ([]linktree.Entry, error) {
	b := &builder{Options: o, found: map[string]claim{}, sources: map[string][]source{}}
	b.want()
	done := map[store.Path]bool{}
	for i, m := range o.Members {
		if done[m.Path] {
			continue
		}
		done[m.Path] = true
		p, err := o.View.Resolve(string(m.Path))
		if errors.Is(err, storeview.ErrUnknown) {
			err = fmt.Errorf("%s: %s: %w", m.Label, m.Path, err)
		}
		if err != nil {
			return nil, err
		}
		if p.Node.Type != nar.Directory {
			return nil, fmt.Errorf("%s: %s is a single file, and paths are directories that are linked together: "+
				"give a store_object that says where it goes, with symlinks = {\"bin/NAME\": \"$(store_path LABEL)\"}", m.Label, m.Path)
		}
		if err := b.linkInto("", claim{target: string(m.Path), member: i}); err != nil {
			return nil, err
		}
	}
	if len(b.collisions) > 0 {
		return nil, b.collisionError()
	}
	return b.entries(), nil
}

// builder is a tree under way.
type builder struct {
	Options

	// roots are PathsToLink, relative to the tree.
	roots []string
	// found is what stands at a path relative to the tree.
	found map[string]claim
	// sources are what the tree's directories were made of.
	sources    map[string][]source
	collisions []collision
}

// claim is what stands at a path: a link to a member's path, or a directory,
// which has no target.
type claim struct {
	target string
	// member is -1 for a directory that is there in any case.
	member int
}

func (c claim) isDirectory() bool { return c.target == "" }

// want makes the directories that are there in any case, and those above them.
func (b *builder) want() {
	for _, p := range b.PathsToLink {
		b.roots = append(b.roots, strings.TrimPrefix(path.Clean("/"+p), "/"))
	}
	for _, p := range slices.Concat(b.roots, b.Directories) {
		if !b.linked(p) {
			continue
		}
		for ; p != "" && p != "."; p = path.Dir(p) {
			b.found[p] = claim{member: -1}
		}
	}
}

// linked says whether a path is one of PathsToLink or below one.
func (b *builder) linked(at string) bool {
	return slices.ContainsFunc(b.roots, func(root string) bool {
		return root == "" || at == root || strings.HasPrefix(at, root+"/")
	})
}

// place puts what a member has at a path into the tree.
func (b *builder) place(at string, c claim) error {
	old, isThere := b.found[at]
	switch {
	case ignored(at), !isThere && !b.linked(at):
		return nil
	case isThere:
		return b.meet(at, old, c)
	}
	b.found[at] = c
	return nil
}

// meet puts together what two members have at a path, or what one has where a
// directory is.
func (b *builder) meet(at string, old, c claim) error {
	first, err := b.resolve(old)
	if err != nil {
		return err
	}
	second, err := b.resolve(c)
	switch {
	case err != nil:
		return err
	case first.same(second):
		return nil
	case !second.isDirectory(), !old.isDirectory() && !first.isDirectory():
		return b.collide(at, old, c, first, second)
	case !old.isDirectory():
		b.found[at] = claim{member: old.member}
		if err := b.linkInto(at, old); err != nil {
			return err
		}
	}
	return b.linkInto(at, c)
}

// linkInto links what is in a member's directory into the tree's.
func (b *builder) linkInto(at string, c claim) error {
	p, err := b.View.Resolve(c.target)
	if err != nil {
		return err
	}
	if err := b.enter(at, source{c.member, p.Path}); err != nil {
		return err
	}
	for _, name := range p.Node.Names() {
		if err := b.place(path.Join(at, name), claim{target: path.Join(c.target, name), member: c.member}); err != nil {
			return err
		}
	}
	return nil
}

// source is a directory of a member.
type source struct {
	member int
	path   string
}

// enter notes that a directory of the tree has what is in a source, and
// refuses to go round in circles.
func (b *builder) enter(at string, s source) error {
	repeats := 0
	for dir := at; dir != "" && dir != "."; dir = path.Dir(dir) {
		if slices.Contains(b.sources[dir], s) {
			repeats++
		}
	}
	if repeats == maxRepeats {
		return fmt.Errorf("%s: /%s: a link leads to a directory above it, %s, as in another of the paths: leave it out, with paths_to_link",
			b.Members[s.member].Label, at, s.path)
	}
	b.sources[at] = append(b.sources[at], s)
	return nil
}

// ignored says what nixpkgs passes over: what every package has of its own,
// and indexes of a package's own files.
func ignored(at string) bool {
	switch {
	case at == "nix-support", at == "propagated-build-inputs", at == "log":
		return true
	case path.Base(at) == "perllocal.pod", at == "info/dir", strings.HasSuffix(at, "/info/dir"):
		return true
	}
	return strings.HasPrefix(at, "share/mime/") && !strings.HasPrefix(at, "share/mime/packages")
}

func (b *builder) entries() []linktree.Entry {
	var list []linktree.Entry
	for at, c := range b.found {
		// A directory above those to link is there when something is in it.
		if b.linked(at) {
			list = append(list, linktree.Entry{Path: at, Target: c.target})
		}
	}
	slices.SortFunc(list, func(a, b linktree.Entry) int { return strings.Compare(a.Path, b.Path) })
	return list
}
