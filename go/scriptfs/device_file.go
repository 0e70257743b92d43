package scriptfs

import (
	"strings"
	"syscall"
)

// WriteDevice makes a regular file at a path below a directory of devices,
// which is no part of the image, with its parents there. A file that is there
// is replaced.
func (f *FS) WriteDevice(path string, content []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	slash := strings.LastIndexByte(path, '/')
	dir, err := f.exists(path[:slash], follow)
	if err == syscall.ENOENT {
		above := strings.LastIndexByte(path[:slash], '/')
		if dir, err = f.exists(path[:above], follow); err == nil {
			n := f.newNode(Directory, 0o755)
			n.flags = readOnly | apart | pinned
			dir.node.attach(path[above+1:slash], n)
			dir.node = n
		}
	}
	if err == nil && !dir.node.has(apart) {
		err = syscall.EROFS
	}
	if err != nil {
		return errno("mkdev", path, err)
	}
	n := f.newNode(Regular, 0o600)
	n.flags = apart | pinned
	if len(content) > 0 {
		at, err := f.keep(content)
		if err != nil {
			return errno("mkdev", path, err)
		}
		n.content.put(extent{size: int64(len(content)), offset: at})
	}
	if dir.node.children[path[slash+1:]] != nil {
		dir.node.detach(path[slash+1:])
	}
	dir.node.attach(path[slash+1:], n)
	return nil
}
