package scriptfs

import (
	"os"
	"syscall"
)

// Rename moves what is at oldpath, a symlink itself, to newpath. What is there
// goes, if it is no directory and neither is the other, or both are and it is
// empty.
func (f *FS) Rename(oldpath, newpath string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.rename(oldpath, newpath); err != nil {
		return &os.LinkError{Op: "rename", Old: oldpath, New: newpath, Err: err}
	}
	return nil
}

func (f *FS) rename(oldpath, newpath string) error {
	from, err := f.resolve(oldpath, entry)
	if err != nil {
		return err
	}
	to, err := f.resolve(newpath, entry)
	switch {
	case err != nil:
		return err
	case !f.movable(oldpath, from) || !f.movable(newpath, to):
		return syscall.EBUSY
	case from.node == nil:
		return f.missing(from, oldpath)
	case !from.node.isDir() && (from.slash || to.slash):
		return syscall.ENOTDIR
	case from.node.isDir() && to.dir.below(from.node):
		return syscall.EINVAL
	case to.node != nil && from.dir.below(to.node):
		return syscall.ENOTEMPTY
	case to.node == from.node:
		return nil
	}
	if err := check(from); err != nil {
		return err
	}
	if from.node.isDir() && f.holdsMount(from.node) {
		return syscall.EBUSY
	}
	if to.node == nil {
		if err := f.creatable(to, newpath); err != nil {
			return err
		}
	} else if err := replaceable(from.node, to); err != nil {
		return err
	} else {
		to.dir.detach(to.name)
		to.node.gone = to.node.isDir()
	}
	from.dir.detach(from.name)
	to.dir.add(to.name, from.node)
	return nil
}

// movable says whether a path ends in a name that can be taken away or given.
func (f *FS) movable(path string, p place) bool {
	return !dots(path) && (p.node == nil || p.node != f.root)
}

// below says whether a directory is other or in it.
func (dir *node) below(other *node) bool {
	for ; dir != other; dir = dir.parent {
		if dir == dir.parent {
			return false
		}
	}
	return true
}

// replaceable is nil, or why a node cannot replace what is at a place.
func replaceable(n *node, to place) error {
	if err := check(to); err != nil {
		return err
	}
	switch {
	case n.isDir() && !to.node.isDir():
		return syscall.ENOTDIR
	case !n.isDir() && to.node.isDir():
		return syscall.EISDIR
	case to.node.isDir() && len(to.node.children) > 0:
		return syscall.ENOTEMPTY
	}
	return nil
}
