package scriptfs

import (
	"io"
	"time"

	"github.com/rules-strata/rules_strata/go/imagetree"
)

// Base is a tree that a view can be laid over: that of an image.
type Base struct {
	Root *imagetree.Node
	// Open opens the content of a regular file, when somebody reads it.
	Open func(file *imagetree.Inode) (io.ReadCloser, error)
}

// underlay is a base with what is known of its files.
type underlay struct {
	Base
	// names is how many names a file has, of those that have several.
	names map[*imagetree.Inode]int
	// linked are the nodes of such files, as far as somebody looked.
	linked map[*imagetree.Inode]*node
}

// baseFile is a regular file of a base.
type baseFile struct {
	base *underlay
	file *imagetree.Inode
}

func (b baseFile) open() (io.ReadCloser, error) { return b.base.Open(b.file) }

func (b baseFile) String() string { return "a file of the base image" }

// LayOver shows the files of a base under those of the view, as overlayfs
// does: where both have a directory they are one, with the view's mode and
// owner, and anything else of the view hides what the base has at its path.
// Everything can be changed; the base's files become nodes when somebody looks
// at their directory, and their contents are opened when somebody reads them.
//
// It is for one view of a file system, once, before anything is mounted there.
func (f *FS) LayOver(b Base) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.under = &underlay{Base: b, names: linkedNames(b.Root), linked: map[*imagetree.Inode]*node{}}
	f.merge(f.root, b.Root)
	f.look(f.root)
}

// linkedNames counts the names of the files that have more than one.
func linkedNames(root *imagetree.Node) map[*imagetree.Inode]int {
	seen, names := map[*imagetree.Inode]bool{}, map[*imagetree.Inode]int{}
	var count func(dir *imagetree.Node)
	count = func(dir *imagetree.Node) {
		for _, n := range dir.Children {
			switch {
			case n.Type == imagetree.Directory:
				count(n)
			case names[n.Inode] > 0:
				names[n.Inode]++
			case seen[n.Inode]:
				names[n.Inode] = 2
			default:
				seen[n.Inode] = true
			}
		}
	}
	count(root)
	return names
}

// MountOver is MountEmpty, but what the base has in the directory stays there,
// read-only. Files that are mounted in it hide the base's.
func (f *FS) MountOver(path string, mode uint32) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var below *imagetree.Node
	if p, err := f.resolve(path, entry); err == nil && p.node != nil && p.node.isDir() && !p.node.has(apart) {
		below = p.node.base
	}
	dir, err := f.mountPoint(path)
	if err != nil {
		return errno("mount", path, err)
	}
	dir.mode = mode & permissions
	if below != nil {
		dir.base = below
		dir.flags |= unread
	}
	return nil
}

// merge makes a directory of the view one with one of the base.
func (f *FS) merge(dir *node, b *imagetree.Node) {
	dir.base = b
	dir.flags |= unread | upper
	for name, n := range b.Children {
		dir.subdirectories += boolToInt(n.Type == imagetree.Directory && dir.children[name] == nil)
	}
}

// look plants what the base has in a directory, unless that was done.
func (f *FS) look(dir *node) {
	if dir == nil || !dir.has(unread) {
		return
	}
	dir.flags &^= unread
	for name, b := range dir.base.Sorted() {
		switch n := dir.children[name]; {
		case n == nil:
			f.plant(dir, name, b)
		case n.isDir() && !n.has(apart) && b.Type == imagetree.Directory:
			f.merge(n, b)
		}
	}
}

// plant makes a file of the base a node. Its directory counts it already.
func (f *FS) plant(dir *node, name string, b *imagetree.Node) {
	// A file that is also there where nothing can be changed is another one.
	var n *node
	if !dir.has(apart) {
		n = f.under.linked[b.Inode]
	}
	if n == nil {
		n = f.baseNode(b)
		if names := f.under.names[b.Inode]; names > 0 {
			n.nlink = names
			if !dir.has(apart) {
				f.under.linked[b.Inode] = n
			}
		}
	}
	if dir.has(apart) {
		n.flags |= readOnly | apart | pinned
	}
	if n.isDir() {
		n.parent, n.name = dir, name
	}
	dir.children[name] = n
}

var baseTypes = map[string]Type{
	imagetree.File: Regular, imagetree.Directory: Directory, imagetree.Symlink: Symlink,
	imagetree.Char: CharDevice, imagetree.Block: BlockDevice, imagetree.FIFO: FIFO,
}

func (f *FS) baseNode(b *imagetree.Node) *node {
	n := f.newNode(baseTypes[b.Type], b.Mode)
	n.base, n.nlink = b, 1
	n.uid, n.gid, n.mtime = b.UID, b.GID, f.baseTime(b)
	n.target, n.major, n.minor = b.Target, b.Major, b.Minor
	for name, value := range b.Xattrs {
		if n.xattrs == nil {
			n.xattrs = map[string][]byte{}
		}
		n.xattrs[name] = []byte(value)
	}
	switch n.typ {
	case Regular:
		if b.Size > 0 {
			n.content.put(extent{size: b.Size, source: baseFile{f.under, b.Inode}})
		}
	case Directory:
		n.flags |= unread
		for _, below := range b.Children {
			n.subdirectories += boolToInt(below.Type == imagetree.Directory)
		}
	}
	return n
}

// baseTime is the time of a file of the base; directories that no layer has an
// entry for have none.
func (f *FS) baseTime(b *imagetree.Node) time.Time {
	if b.ModTime.IsZero() {
		return f.clock
	}
	return b.ModTime
}
