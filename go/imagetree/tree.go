// Package imagetree lays the layers of an image on one another, in memory and
// without the contents of files, and gives the tree that a container sees (OCI
// image specification, "Image Layer Filesystem Changeset").
package imagetree

import (
	"iter"
	"maps"
	"slices"
	"time"
)

// The types of what is at a path.
const (
	File      = "file"
	Directory = "directory"
	Symlink   = "symlink"
	Char      = "char"
	Block     = "block"
	FIFO      = "fifo"
)

// Node is a path of the image.
type Node struct {
	// Inode is what is at the path. Hard links share one.
	*Inode
	// Children are what a directory holds, by their names; nil for everything
	// else.
	Children map[string]*Node
	// layer is the number of the layer that the path is from.
	layer int
}

// Inode is what is at one path, or at several by hard links.
type Inode struct {
	// Type is File, Directory, Symlink, Char, Block or FIFO.
	Type string
	// Mode holds the 12 permission bits.
	Mode uint32
	// UID and GID are the owner's numbers.
	UID, GID int64
	// Size is a file's number of bytes.
	Size int64
	// Target is the text of a symlink.
	Target string
	// ModTime is zero for a directory that has no entry in any layer and is
	// only there because something is in it.
	ModTime time.Time
	// Major and Minor are the numbers of a device.
	Major, Minor int64
	// Xattrs are the extended attributes by their names, "security.capability".
	// It is nil when there are none.
	Xattrs map[string]string
	// Layer is the number of the layer, and Entry that of the entry in its tar,
	// that this is from: where a file's content is. Both count from 0.
	Layer, Entry int
}

// Sorted are the children by their names, sorted by bytes.
func (n *Node) Sorted() iter.Seq2[string, *Node] {
	return func(yield func(string, *Node) bool) {
		for _, name := range slices.Sorted(maps.Keys(n.Children)) {
			if !yield(name, n.Children[name]) {
				return
			}
		}
	}
}

// newDirectory is a directory as it is without an entry of its own.
func newDirectory(layer int) *Node {
	return &Node{Inode: &Inode{Type: Directory, Mode: 0o755, Layer: layer}, layer: layer, Children: map[string]*Node{}}
}

// holds says whether something of the layer is at the node or below it.
func (n *Node) holds(layer int) bool {
	if n.layer == layer {
		return true
	}
	for _, child := range n.Children {
		if child.holds(layer) {
			return true
		}
	}
	return false
}

// hide removes what lower layers have at a name of the directory n.
func (n *Node) hide(name string, layer int) {
	child := n.Children[name]
	switch {
	case child == nil:
	case !child.holds(layer):
		delete(n.Children, name)
	default:
		child.hideAll(layer)
	}
}

// hideAll removes what lower layers have in the directory n.
func (n *Node) hideAll(layer int) {
	for name := range n.Sorted() {
		n.hide(name, layer)
	}
}
