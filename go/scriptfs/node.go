package scriptfs

import (
	"cmp"
	"maps"
	"slices"
	"syscall"
	"time"

	"github.com/rules-strata/rules_strata/go/imagetree"
)

// node is an inode.
type node struct {
	ino          uint64
	typ          Type
	mode         uint32
	uid, gid     int64
	mtime        time.Time
	nlink        int
	major, minor int64
	target       string
	content      content
	xattrs       map[string][]byte

	// A directory knows where it is; "/" is its own parent.
	parent   *node
	name     string
	children map[string]*node
	// subdirectories is how many of the children are directories.
	subdirectories int
	// gone says that a directory was removed.
	gone bool

	flags flags
	// device is what opening a live device gives.
	device *device
	// mount makes the node what it is, when somebody looks.
	mount *mount
	// base is the file of the base that the node shows, or the directory of it
	// that is merged with the node; nil if there is none.
	base *imagetree.Node
	// hidden are names in a directory that hide what lower layers have there;
	// true says that this is a directory.
	hidden map[string]bool
}

type flags uint16

const (
	// readOnly nodes cannot be changed, and nothing can be made in them.
	readOnly flags = 1 << iota
	// apart nodes, and what is in them, are no part of the image.
	apart
	// pinned nodes cannot be removed or renamed, as mount points.
	pinned
	// bare directories were made as parents of mount points, and are no part
	// of the image as long as nothing else is in them.
	bare
	// closed directories have nothing but what is in them: other names lead
	// out of what a script may use.
	closed
	// unread directories have more in them: what base has and nobody looked at.
	unread
	// upper directories were there before a base was laid under them.
	upper
	// offered directories are no part of the image as long as they are empty
	// and nobody asked for them.
	offered
	// opaque directories hide all that lower layers have in them.
	opaque
)

func (n *node) has(f flags) bool { return n.flags&f != 0 }

func (n *node) isDir() bool { return n.typ == Directory }

func (f *FS) newNode(t Type, mode uint32) *node {
	f.inodes++
	n := &node{ino: f.inodes, typ: t, mode: mode & permissions, mtime: f.clock}
	if t == Directory {
		n.children = map[string]*node{}
	}
	return n
}

// info describes the node under a name.
func (n *node) info(name string) Info {
	i := Info{
		Name: name, Ino: n.ino, Type: n.typ, Mode: n.mode, UID: n.uid, GID: n.gid,
		Nlink: n.nlink, Major: n.major, Minor: n.minor, Target: n.target, MTime: n.mtime,
		ReadOnly: n.has(readOnly) && n.device == nil,
	}
	switch n.typ {
	case Regular:
		i.Size = n.content.size
	case Symlink:
		i.Size = int64(len(n.target))
	case Directory:
		i.Nlink = 2 + n.subdirectories
	}
	return i
}

// names are the names in a directory, sorted by bytes.
func (n *node) names() []string { return sortedNames(n.children) }

func sortedNames[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// add makes name in dir a name of n, for a script.
func (dir *node) add(name string, n *node) {
	if directory, ok := dir.hidden[name]; ok {
		delete(dir.hidden, name)
		if directory && n.isDir() {
			n.flags |= opaque
		}
	}
	dir.attach(name, n)
	dir.used()
}

// used says that a script wants a directory to be there.
func (dir *node) used() {
	for ; dir.has(bare); dir = dir.parent {
		dir.flags &^= bare
	}
}

// attach makes name in dir a name of n.
func (dir *node) attach(name string, n *node) {
	dir.children[name] = n
	n.nlink++
	if n.isDir() {
		n.parent, n.name = dir, name
		dir.subdirectories++
	}
}

// detach takes a name away.
func (dir *node) detach(name string) {
	n := dir.children[name]
	delete(dir.children, name)
	n.nlink--
	if n.isDir() {
		dir.subdirectories--
	}
}

// writable is nil, or why nothing can be changed in a directory or a file.
func (n *node) writable() error {
	switch {
	case n.has(readOnly):
		return syscall.EROFS
	case n.gone:
		return syscall.ENOENT
	}
	return nil
}

// pathTo is the absolute path of a directory in the view, or of name in it.
func (f *FS) pathTo(dir *node, name string) string {
	var names []string
	if name != "" {
		names = append(names, name)
	}
	for dir != f.root && dir.parent != dir {
		names = append(names, dir.name)
		dir = dir.parent
	}
	size := 0
	for _, n := range names {
		size += 1 + len(n)
	}
	text := make([]byte, 0, size)
	for _, n := range slices.Backward(names) {
		text = append(append(text, '/'), n...)
	}
	return cmp.Or(string(text), "/")
}
