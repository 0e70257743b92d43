package scriptfs

import (
	"os"
	"strings"
	"syscall"
)

// Mkdir makes a directory of that mode.
func (f *FS) Mkdir(path string, mode uint32) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.resolve(path, entry)
	switch {
	case err != nil:
	case p.node != nil:
		p.node.flags &^= offered
		err = syscall.EEXIST
	default:
		err = f.creatable(p, path)
	}
	var n *node
	if err == nil {
		n, err = f.makeNode(Directory, mode)
	}
	if err != nil {
		return errno("mkdir", path, err)
	}
	p.dir.add(p.name, n)
	return nil
}

// Mknod makes an empty file, a device or a fifo. Devices made so are never
// opened.
func (f *FS) Mknod(path string, t Type, mode uint32, major, minor int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.vacant(path)
	device := t == CharDevice || t == BlockDevice
	if err == nil && !device && t != FIFO && t != Regular {
		err = syscall.EINVAL
	}
	var n *node
	if err == nil {
		n, err = f.makeNode(t, mode)
	}
	if err != nil {
		return errno("mknod", path, err)
	}
	if device {
		n.major, n.minor = major, minor
	}
	p.dir.add(p.name, n)
	return nil
}

// Symlink makes a symlink at path whose text is target.
func (f *FS) Symlink(target, path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var p place
	var err error
	switch {
	case target == "":
		err = syscall.ENOENT
	case strings.IndexByte(target, 0) >= 0:
		err = syscall.EINVAL
	case len(target) > MaxPath:
		err = syscall.ENAMETOOLONG
	default:
		p, err = f.vacant(path)
	}
	var n *node
	if err == nil {
		n, err = f.makeNode(Symlink, 0o777)
	}
	if err != nil {
		return &os.LinkError{Op: "symlink", Old: target, New: path, Err: err}
	}
	n.target = target
	p.dir.add(p.name, n)
	return nil
}

// Link gives what is at oldpath, a symlink itself, a second name.
func (f *FS) Link(oldpath, newpath string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.link(oldpath, newpath); err != nil {
		return &os.LinkError{Op: "link", Old: oldpath, New: newpath, Err: err}
	}
	return nil
}

func (f *FS) link(oldpath, newpath string) error {
	from, err := f.exists(oldpath, stay)
	if err != nil {
		return err
	}
	to, err := f.vacant(newpath)
	switch {
	case err != nil:
		return err
	case from.node.isDir():
		return syscall.EPERM
	case from.node.has(readOnly) || from.node.device != nil:
		return syscall.EXDEV
	}
	to.dir.add(to.name, from.node)
	return nil
}

// Remove removes a file, a symlink itself, or an empty directory.
func (f *FS) Remove(path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.removable(path)
	if err == nil && p.node.isDir() && len(p.node.children) > 0 {
		err = syscall.ENOTEMPTY
	}
	if err != nil {
		return errno("remove", path, err)
	}
	p.dir.detach(p.name)
	p.node.gone = p.node.isDir()
	return nil
}

// RemoveAll removes what is at path and everything in it; that there is
// nothing is no error. It removes as much as it can before it fails.
func (f *FS) RemoveAll(path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.removable(path)
	if err == syscall.ENOENT {
		return nil
	}
	if err == nil {
		err = f.removeAll(p)
	}
	return errno("remove", path, err)
}

func (f *FS) removeAll(p place) error {
	var first error
	if p.node.isDir() {
		f.look(p.node)
		for _, name := range p.node.names() {
			child := place{dir: p.node, name: name, node: p.node.children[name]}
			err := check(child)
			if err == nil {
				err = f.removeAll(child)
			}
			if first == nil {
				first = err
			}
		}
		if first != nil {
			return first
		}
		p.node.gone = true
	}
	p.dir.detach(p.name)
	return nil
}

// removable is where a path leads, if that can be taken away.
func (f *FS) removable(path string) (place, error) {
	p, err := f.exists(path, entry)
	if err != nil {
		return p, err
	}
	switch lastName(path) {
	case ".":
		return p, syscall.EINVAL
	case "..":
		return p, syscall.ENOTEMPTY
	}
	switch {
	case p.node == f.root:
		return p, syscall.EBUSY
	case p.slash && !p.node.isDir():
		return p, syscall.ENOTDIR
	}
	return p, check(p)
}

// check is nil, or why what is at a place cannot be taken away.
func check(p place) error {
	switch {
	case p.node.has(pinned):
		return syscall.EBUSY
	case p.dir.has(readOnly):
		return syscall.EROFS
	}
	return nil
}
