package builtin

import (
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// inode is the inode at a path itself, 0 where nothing is.
func (k *copier) inode(p string) uint64 {
	info, err := k.c.FS.Lstat(k.c.Path(p))
	if err != nil {
		return 0
	}
	return info.Ino
}

// sameFile says whether two paths name one file, links not followed.
func (c *Context) sameFile(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	infoA, errA := c.FS.Lstat(c.Path(a))
	infoB, errB := c.FS.Lstat(c.Path(b))
	return errA == nil && errB == nil && infoA.Ino == infoB.Ino
}

// prepare looks at what is at the target and makes place for the copy. It returns what remains there (nil when nothing does), whether to
// copy at all, and when not, whether that is well.
func (k *copier) prepare(source, target string, from scriptfs.Info, argument bool) (there *scriptfs.Info, proceed, ok bool) {
	k.backup = ""
	stat := k.c.FS.Stat
	if k.replaces(from) {
		stat = k.c.FS.Lstat
	}
	to, err := stat(k.c.Path(target))
	switch {
	case err == nil:
	case reason(err) == errnoTexts[syscall.ENOENT] || from.Type != scriptfs.Directory && reason(err) == errnoTexts[syscall.ELOOP] && k.force:
		return nil, true, true
	default:
		return nil, false, k.fail("cannot stat %s: %s", quote(target), reason(err))
	}
	if from.Type != scriptfs.Directory {
		if k.noClobber {
			return nil, false, true
		}
		if k.update && to.Type != scriptfs.Directory && !to.MTime.Before(from.MTime) {
			return nil, false, true
		}
	}
	if k.same(source, target, from, to) {
		if k.hardLink {
			return nil, false, true
		}
		return nil, false, k.fail("%s and %s are the same file", quote(source), quote(target))
	}
	switch {
	case from.Type != scriptfs.Directory && to.Type == scriptfs.Directory:
		return nil, false, k.fail("cannot overwrite directory %s with non-directory", quote(target))
	case from.Type == scriptfs.Directory && to.Type != scriptfs.Directory:
		return nil, false, k.fail("cannot overwrite non-directory %s with directory %s", quote(target), quote(source))
	case from.Type == scriptfs.Directory:
		return &to, true, true
	case argument && k.made[k.inode(target)]:
		return nil, false, k.fail("will not overwrite just-created %s with %s", quote(target), quote(source))
	}
	if k.backups.replaceable(to) {
		if k.backup, err = k.backups.keep(target); err != nil {
			return nil, false, k.fail("cannot backup %s: %s", quote(target), reason(err))
		}
		return nil, true, true
	}
	if k.removesFirst(from, to) {
		if err := k.c.FS.Remove(k.c.Path(target)); err != nil {
			return nil, false, k.fail("cannot remove %s: %s", quote(target), reason(err))
		}
		if k.verbose {
			k.c.Printf("removed %s\n", quote(target))
		}
		return nil, true, true
	}
	return &to, true, true
}

// replaces says whether the copy takes the target's own place, rather than that of what a link there leads to.
func (k *copier) replaces(from scriptfs.Info) bool {
	plain := from.Type == scriptfs.Regular || !k.recursive && from.Type != scriptfs.Directory && from.Type != scriptfs.Symlink
	return !plain || k.symbolicLink || k.hardLink || k.removeFirst || k.backups.wanted()
}

// removesFirst says whether what is at the target goes before the copy is made.
func (k *copier) removesFirst(from, to scriptfs.Info) bool {
	switch {
	case k.removeFirst:
		return true
	case k.hardLink || k.symbolicLink:
		return k.force
	default:
		return k.preserve.links && to.Nlink > 1 || k.links == followNone && from.Type != scriptfs.Regular
	}
}

// same says whether source and target are one file, so that copying would destroy it.
func (k *copier) same(source, target string, from, to scriptfs.Info) bool {
	fromLink, toLink := from, to
	if k.links != followNone {
		if from.Ino != to.Ino {
			return false
		}
		fromLink, _ = k.c.FS.Lstat(k.c.Path(source))
		toLink, _ = k.c.FS.Lstat(k.c.Path(target))
	} else if from.Type == scriptfs.Symlink && to.Type == scriptfs.Symlink {
		return k.c.sameName(source, target)
	}
	if k.removeFirst {
		if toLink.Type == scriptfs.Symlink {
			return false
		}
		if fromLink.Ino == toLink.Ino && toLink.Nlink > 1 && !k.c.sameName(source, target) {
			return false
		}
	}
	if fromLink.Type != scriptfs.Symlink && toLink.Type != scriptfs.Symlink {
		return fromLink.Ino == toLink.Ino
	}
	if k.symbolicLink && toLink.Type == scriptfs.Symlink {
		return false
	}
	fromEnd, errFrom := k.c.FS.Stat(k.c.Path(source))
	toEnd, errTo := k.c.FS.Stat(k.c.Path(target))
	return errFrom == nil && errTo == nil && fromEnd.Ino == toEnd.Ino
}
