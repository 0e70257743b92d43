package scriptfs

import (
	"fmt"
	"syscall"
	"time"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

const (
	objectDirMode     = 0o555
	objectFileMode    = 0o444
	objectProgramMode = 0o555
)

// objectTime is the time of everything in a store, as Nix sets it.
var objectTime = time.Unix(1, 0)

// mount opens a store object when somebody looks at it.
type mount struct {
	path store.Path
	open func() (*object.Object, error)
}

// MountLazily puts a store object at its store path, with its parents, and
// opens it when somebody looks at it. The object is read-only; it and the store
// directory are no part of the image. What a base has there is hidden. Close
// closes the object.
func (f *FS) MountLazily(path store.Path, open func() (*object.Object, error)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, err := f.mountPoint(path.Dir())
	if err == nil {
		switch n := dir.children[path.Base()]; {
		case n == nil:
		case n.base != nil:
			dir.detach(path.Base())
		default:
			err = syscall.EEXIST
		}
	}
	if err != nil {
		return errno("mount", string(path), err)
	}
	dir.children[path.Base()] = &node{mount: &mount{path, open}, flags: readOnly | apart | pinned, parent: dir, name: path.Base()}
	return nil
}

// MountEmpty puts an empty directory at path, with its parents, in which
// everything can be made and which is no part of the image. What was there is
// hidden.
func (f *FS) MountEmpty(path string, mode uint32) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, err := f.mountPoint(path)
	if err != nil {
		return errno("mount", path, err)
	}
	dir.mode = mode & permissions
	return nil
}

// Offer makes an empty directory at path unless something is there. As long as
// it is empty and nobody asks for it, by making it or by changing its mode or
// owner, it is no part of what Difference leaves.
func (f *FS) Offer(path string, mode uint32) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.resolve(path, entry)
	if err != nil {
		return errno("mkdir", path, err)
	}
	if p.node == nil {
		n := f.newNode(Directory, mode)
		n.flags = offered
		p.dir.attach(p.name, n)
	}
	return nil
}

// Protect makes a directory read-only: nothing can be made in it or taken out
// of it. What can be done in its directories is as before.
func (f *FS) Protect(path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.exists(path, follow)
	if err == nil && !p.node.isDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return errno("mount", path, err)
	}
	p.node.flags |= readOnly
	return nil
}

// mountPoint is the directory at path that is no part of the image. Unless it
// is there, what is there goes. Its parents are made.
func (f *FS) mountPoint(path string) (*node, error) {
	p, err := f.resolve(path, entry)
	if err == syscall.ENOENT {
		if err = f.makeParents(path); err == nil {
			p, err = f.resolve(path, entry)
		}
	}
	switch {
	case err != nil:
		return nil, err
	case p.node == f.root:
		return nil, syscall.EBUSY
	case p.node != nil && p.node.has(apart):
		return p.node, nil
	}
	if p.node != nil {
		p.dir.detach(p.name)
	}
	n := f.newNode(Directory, 0o755)
	n.flags = apart | pinned
	p.dir.attach(p.name, n)
	f.mounts = append(f.mounts, n)
	return n, nil
}

// holdsMount says whether something is mounted in a directory.
func (f *FS) holdsMount(dir *node) bool {
	for _, m := range f.mounts {
		if m != dir && m.parent.children[m.name] == m && m.parent.below(dir) {
			return true
		}
	}
	return false
}

// makeParents makes the directories above path.
func (f *FS) makeParents(path string) error {
	for i := 1; i < len(path); i++ {
		if path[i] != '/' {
			continue
		}
		p, err := f.resolve(path[:i], follow)
		if err != nil {
			return err
		}
		if p.node != nil {
			continue
		}
		n := f.newNode(Directory, 0o755)
		n.flags = bare
		p.dir.attach(p.name, n)
	}
	return nil
}

// open makes a mounted object's node what the object is.
func (f *FS) open(n *node) error {
	o, err := n.mount.open()
	if err == nil {
		f.arena.closers = append(f.arena.closers, o)
		err = f.fill(n, o)
	}
	if err != nil {
		return f.fail(err)
	}
	n.mount = nil
	return nil
}

// fail notes a failure that is no script's fault, and is the error for it.
func (f *FS) fail(err error) error {
	if f.err == nil {
		f.err = err
	}
	return fmt.Errorf("%w: %w", syscall.EIO, err)
}

// fill gives n, and new nodes in it, what the object's entries are.
func (f *FS) fill(root *node, o *object.Object) error {
	var above []*node
	entries := o.Entries()
	for i := range entries {
		e := &entries[i]
		n := root
		if e.Path != "" {
			n = &node{flags: readOnly | apart}
		}
		f.inodes++
		n.ino, n.mtime = f.inodes, objectTime
		depth := 0
		switch e.Type {
		case nar.Directory:
			n.typ, n.mode, n.children = Directory, objectDirMode, map[string]*node{}
		case nar.Symlink:
			n.typ, n.mode, n.target = Symlink, 0o777, e.Target
		default:
			n.typ, n.mode = Regular, objectFileMode
			if e.Executable {
				n.mode = objectProgramMode
			}
			if e.Size > 0 {
				n.content.put(extent{size: e.Size, source: &objectFile{o, e}})
			}
		}
		if e.Path == "" {
			n.nlink = 1
			n.parent.subdirectories += boolToInt(n.isDir())
			above = append(above, n)
			continue
		}
		name := lastName(e.Path)
		for i := range e.Path {
			depth += boolToInt(e.Path[i] == '/')
		}
		if depth >= len(above) || !above[depth].isDir() {
			return fmt.Errorf("%s: %q is not in a directory that comes before it", o.Path(), e.Path)
		}
		above[depth].attach(name, n)
		above = append(above[:depth+1], n)
	}
	return nil
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
