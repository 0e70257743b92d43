package scriptfs

import "syscall"

// Chroot takes the directory at path out of its place and makes it "/" of a
// view of the file system, above which there is nothing. Paths of the view,
// and links that are followed in it, cannot leave it.
func (f *FS) Chroot(path string) (*FS, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.exists(path, follow)
	switch {
	case err != nil:
	case !p.node.isDir():
		err = syscall.ENOTDIR
	case p.node == f.root:
		err = syscall.EBUSY
	}
	if err != nil {
		return nil, errno("chroot", path, err)
	}
	p.node.parent.detach(p.node.name)
	p.node.parent, p.node.name = p.node, ""
	return &FS{state: f.state, root: p.node}, nil
}

// Return puts the directory that Chroot made the root of a view back, at path,
// where nothing is. The view must not be used any more.
func (f *FS) Return(view *FS, path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.vacant(path)
	if err != nil {
		return errno("mount", path, err)
	}
	p.dir.add(p.name, view.root)
	return nil
}

// Adopt takes the directory at path of another view out of its place and puts
// it at the same path of this one, with its parents, as no part of the image.
// What was there is hidden.
func (f *FS) Adopt(other *FS, path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	from, err := other.exists(path, entry)
	if err == nil && (!from.node.isDir() || from.node == other.root) {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return errno("mount", path, err)
	}
	if _, err := f.mountPoint(path); err != nil {
		return errno("mount", path, err)
	}
	from.dir.detach(from.name)
	to, err := f.exists(path, entry)
	if err != nil {
		return errno("mount", path, err)
	}
	to.dir.detach(to.name)
	from.node.flags |= apart | pinned
	to.dir.attach(to.name, from.node)
	f.mounts = append(f.mounts, from.node)
	return nil
}
