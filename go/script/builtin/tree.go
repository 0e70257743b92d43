package builtin

import (
	"slices"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// linkPolicy says which symlinks a walk through a tree follows.
type linkPolicy byte

const (
	followNone      linkPolicy = 'P'
	followArguments linkPolicy = 'H'
	followAll       linkPolicy = 'L'
)

// treeWalk visits files named on a command line and, with recurse, what is below them, the names of a directory sorted by bytes.
type treeWalk struct {
	c         *Context
	recurse   bool
	links     linkPolicy
	dirsAfter bool
	// visit gets the path as messages show it, and the file's state: the link's own or, where the walk follows it, its target's. followed says
	// which. It reports whether all is well.
	visit func(path string, info scriptfs.Info, followed bool) bool
	// missing is called for an argument that is not there; followed says that it is a symlink that leads nowhere.
	missing func(path string, err error, dangling bool) bool
	// unreadable is called for a directory that cannot be listed.
	unreadable func(path string, err error) bool
}

// argument visits one file of the command line and what is below.
func (w *treeWalk) argument(path string) bool {
	info, err := w.c.FS.Lstat(w.c.Path(path))
	if err != nil {
		return w.missing(path, err, false)
	}
	followed := false
	if info.Type == scriptfs.Symlink && w.links != followNone {
		if info, err = w.c.FS.Stat(w.c.Path(path)); err != nil {
			return w.missing(path, err, true)
		}
		followed = true
	}
	return w.file(path, info, followed, nil)
}

// file visits one file; above are the directories on the way to it.
func (w *treeWalk) file(path string, info scriptfs.Info, followed bool, above []uint64) bool {
	if info.Type != scriptfs.Directory || !w.recurse {
		return w.visit(path, info, followed)
	}
	if slices.Contains(above, info.Ino) {
		return true
	}
	ok := true
	if !w.dirsAfter {
		ok = w.visit(path, info, followed)
	}
	ok = w.members(path, append(above, info.Ino)) && ok
	if w.dirsAfter {
		ok = w.visit(path, info, followed) && ok
	}
	return ok
}

// members visits what is in a directory.
func (w *treeWalk) members(path string, above []uint64) bool {
	members, err := w.c.FS.ReadDir(w.c.Path(path))
	if err != nil {
		return w.unreadable(path, err)
	}
	ok := true
	for _, member := range members {
		memberPath, followed := joinName(path, member.Name), false
		if member.Type == scriptfs.Symlink && w.links == followAll {
			if target, err := w.c.FS.Stat(w.c.Path(memberPath)); err == nil {
				member, followed = target, true
			}
		}
		ok = w.file(memberPath, member, followed, above) && ok
	}
	return ok
}

// joinName appends a name to a directory's path as messages show it.
func joinName(dir, name string) string {
	if dir != "" && dir[len(dir)-1] == '/' {
		return dir + name
	}
	return dir + "/" + name
}
