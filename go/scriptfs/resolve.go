package scriptfs

import (
	"io/fs"
	"slices"
	"strings"
	"syscall"
)

// place is where a path leads: a name in a directory, and the node under it
// unless there is none.
type place struct {
	dir  *node
	name string
	node *node
	// slash says that the path ends in a slash and so can only be a
	// directory's.
	slash bool
	// linked says that a symlink was followed on the way.
	linked bool
}

// errno is a failure as a *fs.PathError.
func errno(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: path, Err: err}
}

// ending says what becomes of a symlink that is the last name of a path.
type ending uint8

const (
	// stay does not follow it, unless a slash comes after it.
	stay ending = iota
	// follow follows it.
	follow
	// create follows it, and a slash after the last name is EISDIR.
	create
	// entry does not follow it: what is wanted is the name in the directory.
	entry
)

// exists is where a path leads; that there is nothing is an error.
func (f *FS) exists(path string, end ending) (place, error) {
	p, err := f.resolve(path, end)
	if err == nil && p.node == nil {
		err = f.missing(p, path)
	}
	return p, err
}

// vacant is where a path leads for making something there that is no
// directory.
func (f *FS) vacant(path string) (place, error) {
	p, err := f.resolve(path, entry)
	switch {
	case err != nil:
	case p.node != nil:
		err = syscall.EEXIST
	case p.slash:
		err = syscall.ENOENT
	default:
		err = f.creatable(p, path)
	}
	return p, err
}

// creatable is nil, or why nothing can be made at a vacant place.
func (f *FS) creatable(p place, path string) error {
	if p.dir.has(closed) {
		return f.leads(path)
	}
	return p.dir.writable()
}

// missing is the error for a place where nothing is.
func (f *FS) missing(p place, path string) error {
	if p.dir.has(closed) && !p.linked && !slices.Contains(f.absent, p.name) {
		return f.leads(path)
	}
	return syscall.ENOENT
}

// resolve follows a path as Linux does. The last name need not be there.
func (f *FS) resolve(path string, end ending) (place, error) {
	switch {
	case path == "":
		return place{}, syscall.ENOENT
	case path[0] != '/' || strings.IndexByte(path, 0) >= 0:
		return place{}, syscall.EINVAL
	case len(path) > MaxPath:
		return place{}, syscall.ENAMETOOLONG
	}
	at, rest := f.root, path
	for links := 0; ; {
		rest = strings.TrimLeft(rest, "/")
		name, after, slash := strings.Cut(rest, "/")
		after = strings.TrimLeft(after, "/")
		last := after == ""
		rest = after
		switch {
		case name == "", name == ".":
			if last {
				return place{dir: at.parent, name: at.name, node: at, slash: true}, nil
			}
			continue
		case name == "..":
			if at != f.root {
				at = at.parent
			}
			if last {
				return place{dir: at.parent, name: at.name, node: at, slash: true}, nil
			}
			continue
		case len(name) > MaxName:
			return place{}, syscall.ENAMETOOLONG
		}
		if last && slash && end == create {
			return place{}, syscall.EISDIR
		}
		next, err := f.child(at, name)
		if err != nil {
			return place{}, err
		}
		f.look(next)
		p := place{dir: at, name: name, node: next, slash: last && slash, linked: links > 0}
		switch {
		case next == nil && last:
			return p, nil
		case next == nil && at.has(closed) && links == 0 && !slices.Contains(f.absent, name):
			return place{}, f.leads(path)
		case next == nil:
			return place{}, syscall.ENOENT
		case last && end == entry:
			return p, nil
		case next.typ == Symlink && (!last || end == follow || end == create || slash):
			if links++; links > maxLinks {
				return place{}, syscall.ELOOP
			}
			if strings.HasPrefix(next.target, "/") {
				at = f.root
			}
			rest = next.target
			if !last || slash {
				rest += "/" + after
			}
		case last && p.slash && !next.isDir():
			return place{}, syscall.ENOTDIR
		case last:
			return p, nil
		case !next.isDir():
			return place{}, syscall.ENOTDIR
		default:
			at = next
		}
	}
}

// child is what stands under a name in a directory, or nil.
func (f *FS) child(dir *node, name string) (*node, error) {
	n := dir.children[name]
	if n == nil || n.mount == nil {
		return n, nil
	}
	if err := f.open(n); err != nil {
		return nil, err
	}
	return n, nil
}
