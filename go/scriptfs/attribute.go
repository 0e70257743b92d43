package scriptfs

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"
	"syscall"
	"time"
)

const (
	// maxOwner is the largest user or group ID that Linux knows.
	maxOwner = 1<<32 - 2
	// maxXattrName and maxXattrValue are Linux's.
	maxXattrName  = 255
	maxXattrValue = 64 << 10
)

// Chmod sets a mode, following symlinks.
func (f *FS) Chmod(path string, mode uint32) error {
	return f.own("chmod", path, follow, func(n *node) error {
		n.mode = mode & permissions
		return nil
	})
}

// Chown sets the owner, following symlinks; -1 leaves one as it is. The mode
// stays, setuid and setgid too, as under fakeroot.
func (f *FS) Chown(path string, uid, gid int64) error {
	return f.chown("chown", path, uid, gid, follow)
}

// Lchown is Chown of a symlink itself.
func (f *FS) Lchown(path string, uid, gid int64) error {
	return f.chown("lchown", path, uid, gid, stay)
}

func (f *FS) chown(op, path string, uid, gid int64, end ending) error {
	return f.own(op, path, end, func(n *node) error {
		if uid < -1 || uid > maxOwner || gid < -1 || gid > maxOwner {
			return syscall.EINVAL
		}
		if uid >= 0 {
			n.uid = uid
		}
		if gid >= 0 {
			n.gid = gid
		}
		return nil
	})
}

// Chtimes sets the time of the last change, following symlinks.
func (f *FS) Chtimes(path string, mtime time.Time) error {
	return f.alter("chtimes", path, follow, func(n *node) error {
		n.mtime = mtime
		return nil
	})
}

// Setxattr sets an extended attribute, following symlinks. The name has its
// namespace: "security.capability".
func (f *FS) Setxattr(path, name string, value []byte) error {
	return f.alter("setxattr", path, follow, func(n *node) error {
		switch {
		case name == "" || len(name) > maxXattrName:
			return syscall.ERANGE
		case len(value) > maxXattrValue:
			return syscall.E2BIG
		}
		if err := f.reserve(int64(len(value))); err != nil {
			return err
		}
		if n.xattrs == nil {
			n.xattrs = map[string][]byte{}
		}
		n.xattrs[name] = bytes.Clone(value)
		return nil
	})
}

// Removexattr removes an extended attribute.
func (f *FS) Removexattr(path, name string) error {
	return f.alter("removexattr", path, follow, func(n *node) error {
		if _, ok := n.xattrs[name]; !ok {
			return syscall.ENODATA
		}
		delete(n.xattrs, name)
		return nil
	})
}

// Getxattr gives an extended attribute's value.
func (f *FS) Getxattr(path, name string) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.exists(path, follow)
	if err == nil {
		if value, ok := p.node.xattrs[name]; ok {
			return bytes.Clone(value), nil
		}
		err = syscall.ENODATA
	}
	return nil, &fs.PathError{Op: "getxattr", Path: path, Err: err}
}

// Listxattr gives the names of all extended attributes, sorted by bytes.
func (f *FS) Listxattr(path string) ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.exists(path, follow)
	if err != nil {
		return nil, errno("listxattr", path, err)
	}
	return slices.Sorted(maps.Keys(p.node.xattrs)), nil
}

// Fakeroot makes Chmod and Chown of files that nobody can change succeed from
// now on, as under fakeroot, which notes what a kernel refuses; or no longer.
func (f *FS) Fakeroot(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fakeroot = on
}

// own changes the owner or the mode of the node at a path.
func (f *FS) own(op, path string, end ending, change func(n *node) error) error {
	return f.change(op, path, end, func(n *node) error {
		if f.fakeroot && n.has(readOnly) {
			return nil
		}
		return n.writable()
	}, change)
}

// alter changes anything else of the node at a path.
func (f *FS) alter(op, path string, end ending, change func(n *node) error) error {
	return f.change(op, path, end, (*node).writable, change)
}

// change changes the node at a path if it is permitted.
func (f *FS) change(op, path string, end ending, permit, change func(n *node) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.exists(path, end)
	if err == nil {
		err = permit(p.node)
	}
	if err == nil {
		err = change(p.node)
	}
	if err == nil && p.node.isDir() {
		p.node.flags &^= offered
		p.node.used()
	}
	return errno(op, path, err)
}
