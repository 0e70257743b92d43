package rootfs

import (
	"io/fs"
	"time"
)

// kind is what a path is.
type kind int

const (
	directory kind = iota
	regular
	symlink
)

func (k kind) String() string {
	return [...]string{"a directory", "a file", "a symlink"}[k]
}

// node is one path of the tree that is being unpacked. The tree is kept in
// memory because the folder on disk cannot tell which layer a path is from, nor
// hold the modes of directories before all is unpacked.
type node struct {
	kind     kind
	layer    int              // the number of the layer that it is from
	target   string           // of a symlink
	children map[string]*node // of a directory
	attr     attributes       // of a directory: set at the end
}

// attributes are what an entry says about a path beside its content.
type attributes struct {
	mode     fs.FileMode
	uid, gid int
	modTime  time.Time // zero: not set
}

// impliedDirectory is a directory without an entry of its own.
func impliedDirectory(layer int) *node {
	return &node{kind: directory, layer: layer, children: map[string]*node{}, attr: attributes{mode: 0o755}}
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
