package scriptfs

import (
	"path"
	"syscall"
)

// hide makes a name of a directory hide what lower layers have there.
func (dir *node) hide(name string, directory bool) {
	if dir.hidden == nil {
		dir.hidden = map[string]bool{}
	}
	dir.hidden[name] = directory
}

// Hide notes that a path, where nothing may be, hides what the layers below
// have there. The note stays with the directory until something is made at
// the path; if that is a directory, it hides what the layers below have in it.
func (f *FS) Hide(path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.resolve(path, entry)
	switch {
	case err != nil:
	case p.node != nil:
		err = syscall.EEXIST
	default:
		err = p.dir.writable()
	}
	if err != nil {
		return errno("hide", path, err)
	}
	p.dir.hide(p.name, true)
	return nil
}

// HideAll notes that a directory hides all that the layers below have in it.
func (f *FS) HideAll(path string) error {
	return f.alter("hide", path, stay, func(n *node) error {
		if !n.isDir() {
			return syscall.ENOTDIR
		}
		n.flags |= opaque
		return nil
	})
}

// Hidden gives the paths below the directory root that hide what lower layers
// have there, and the directories that hide all that lower layers have in
// them, both relative to root and in the order of a walk.
func (f *FS) Hidden(root string) (names, directories []string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.exists(root, follow)
	if err == nil && !p.node.isDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return nil, nil, errno("open", root, err)
	}
	var visit func(at string, dir *node)
	visit = func(at string, dir *node) {
		if dir.has(opaque) {
			directories = append(directories, at)
		}
		for _, name := range sortedNames(dir.hidden) {
			names = append(names, path.Join(at, name))
		}
		for _, name := range dir.names() {
			if n := dir.children[name]; n.isDir() && !n.has(apart) && !n.has(bare) {
				visit(path.Join(at, name), n)
			}
		}
	}
	visit("", p.node)
	return names, directories, nil
}
