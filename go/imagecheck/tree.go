package imagecheck

import (
	"maps"
	"slices"
)

// node is a path of the image.
type node struct {
	*inode
	// layer is the number of the layer that the path is from.
	layer int
	// children are what a directory holds.
	children map[string]*node
}

// inode is what is at one path, or at several by hard links.
type inode struct {
	// typ is one of typeNames.
	typ      string
	mode     uint32
	uid, gid int64
	size     int64
	// target is the text of a symlink.
	target string
	// A file's content is in this layer, with this number among its entries.
	layer, entry int
}

// newDirectory is a directory as it is without an entry of its own.
func newDirectory(layer int) *node {
	return &node{inode: &inode{typ: "directory", mode: 0o755}, layer: layer, children: map[string]*node{}}
}

// holds says whether something of the layer is at the node or below it.
func (n *node) holds(layer int) bool {
	if n.layer == layer {
		return true
	}
	for _, child := range n.children {
		if child.holds(layer) {
			return true
		}
	}
	return false
}

// hide removes what lower layers have at a name of the directory n.
func (n *node) hide(name string, layer int) {
	child := n.children[name]
	switch {
	case child == nil:
	case !child.holds(layer):
		delete(n.children, name)
	default:
		child.hideAll(layer)
	}
}

// hideAll removes what lower layers have in the directory n.
func (n *node) hideAll(layer int) {
	for _, name := range sortedKeys(n.children) {
		n.hide(name, layer)
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
