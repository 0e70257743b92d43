package scriptfs

import (
	"maps"

	"github.com/rules-strata/rules_strata/go/imagetree"
)

// Difference makes the view what must be laid over its base to give what the
// view shows: files that are not as the base has them, with the directories
// above them. Names that are only in the base are hidden ones of those
// directories, and a directory that is another than the base's at its path is
// opaque. What is no part of the image, the mounts, is gone. There is no base
// any more.
func (f *FS) Difference() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.under == nil {
		return
	}
	if f.under.changed(f) {
		// Their other names may be where nobody looked.
		f.lookAll(f.root)
	}
	f.difference(f.root)
	f.under = nil
}

// changed says whether a file with several names is another than in the base.
func (u *underlay) changed(f *FS) bool {
	for _, n := range u.linked {
		if !f.same(n, n.base) {
			return true
		}
	}
	return false
}

// lookAll plants all that the base has in a directory.
func (f *FS) lookAll(dir *node) {
	f.look(dir)
	for _, n := range dir.children {
		if n.isDir() && !n.has(apart) {
			f.lookAll(n)
		}
	}
}

// difference takes what is as in the base out of a directory that is one with
// a directory of the base, and says whether the directory is not as there.
func (f *FS) difference(dir *node) bool {
	differs := dir.has(upper) || !f.same(dir, dir.base)
	if dir.has(unread) && len(dir.children) > 0 {
		f.look(dir)
	}
	if !dir.has(unread) {
		for name, b := range dir.base.Children {
			if dir.children[name] == nil {
				dir.hide(name, b.Type == imagetree.Directory)
				differs = true
			}
		}
		for name, n := range dir.children {
			if f.keeps(n, dir.base.Children[name]) {
				differs = true
			} else {
				dir.detach(name)
			}
		}
	}
	dir.base = nil
	dir.flags &^= unread | upper
	return differs
}

// keeps says whether what is at a path, where the base has b or nil, belongs
// to the difference.
func (f *FS) keeps(n *node, b *imagetree.Node) bool {
	switch {
	case n.has(apart), n.has(bare), n.has(offered) && len(n.children) == 0:
		return false
	case n.isDir() && b != nil && n.base == b:
		return f.difference(n)
	case !n.isDir() && b != nil && n.base != nil && n.base.Inode == b.Inode && f.same(n, b):
		return false
	}
	if n.isDir() {
		if b != nil && b.Type == imagetree.Directory {
			n.flags |= opaque
		}
		f.settle(n)
	}
	return true
}

// settle makes a directory that is no longer at its place in the base a
// directory of its own, with all that is in it.
func (f *FS) settle(dir *node) {
	f.look(dir)
	for name, n := range dir.children {
		switch {
		case n.has(apart), n.has(bare):
			dir.detach(name)
		case n.isDir():
			f.settle(n)
		}
	}
	dir.base = nil
	dir.flags &^= upper | offered
}

// same says whether a node is as a file of the base is.
func (f *FS) same(n *node, b *imagetree.Node) bool {
	if n.mode != b.Mode&permissions || n.uid != b.UID || n.gid != b.GID || !n.mtime.Equal(f.baseTime(b)) {
		return false
	}
	if !maps.EqualFunc(n.xattrs, b.Xattrs, func(is []byte, was string) bool { return string(is) == was }) {
		return false
	}
	return n.typ != Regular || n.content.whole() == f.under.source(b.Inode) && n.content.size == b.Size
}

// source is what the content of a file is read from, nil if it is empty.
func (u *underlay) source(file *imagetree.Inode) source {
	if file.Size == 0 {
		return nil
	}
	return baseFile{u, file}
}

// whole is the source that the content begins with and is all in; nil if there
// is none.
func (c *content) whole() source {
	if len(c.extents) != 1 || c.extents[0].size != c.size || c.extents[0].offset != 0 {
		return nil
	}
	return c.extents[0].source
}
