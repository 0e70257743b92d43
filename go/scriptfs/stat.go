package scriptfs

import (
	"strings"
	"syscall"
)

// Lstat describes what is at a path, a symlink itself.
func (f *FS) Lstat(path string) (Info, error) { return f.stat("lstat", path, stay) }

// Stat describes what is at a path, following symlinks.
func (f *FS) Stat(path string) (Info, error) { return f.stat("stat", path, follow) }

func (f *FS) stat(op, path string, end ending) (Info, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.exists(path, end)
	if err != nil {
		return Info{}, errno(op, path, err)
	}
	return p.node.info(lastName(path)), nil
}

// lastName is the last name of a path as it was given.
func lastName(path string) string {
	path = strings.TrimRight(path, "/")
	if path == "" {
		return "/"
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}

// dots says whether the last name of a path is "." or "..".
func dots(path string) bool {
	name := lastName(path)
	return name == "." || name == ".."
}

// Readlink gives a symlink's text.
func (f *FS) Readlink(path string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.exists(path, stay)
	if err == nil && p.node.typ != Symlink {
		err = syscall.EINVAL
	}
	if err != nil {
		return "", errno("readlink", path, err)
	}
	return p.node.target, nil
}

// Realpath gives the path without symlinks, "." and ".." of what is at path.
func (f *FS) Realpath(path string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.exists(path, follow)
	if err != nil {
		return "", errno("realpath", path, err)
	}
	if p.node.isDir() {
		return f.pathTo(p.node, ""), nil
	}
	return f.pathTo(p.dir, p.name), nil
}

// ReadDir describes what is in a directory, sorted by the bytes of the names,
// symlinks themselves. It follows a symlink at path.
func (f *FS) ReadDir(path string) ([]Info, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.exists(path, follow)
	switch {
	case err != nil:
	case !p.node.isDir():
		err = syscall.ENOTDIR
	case p.node.has(closed):
		err = f.leads(path)
	}
	if err != nil {
		return nil, errno("open", path, err)
	}
	list := make([]Info, 0, len(p.node.children))
	for _, name := range p.node.names() {
		n, err := f.child(p.node, name)
		if err != nil {
			return nil, errno("open", path, err)
		}
		list = append(list, n.info(name))
	}
	return list, nil
}
