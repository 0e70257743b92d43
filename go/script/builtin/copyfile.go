package builtin

import (
	"io"
	"os"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// content makes the copy of what is no directory; there is the file that it goes into.
func (k *copier) content(source, target string, from scriptfs.Info, there *scriptfs.Info) bool {
	if k.verbose {
		k.announce(source, target)
	}
	if k.symbolicLink {
		return k.makeSymlink(source, target)
	}
	if k.hardLink {
		if err := k.c.FS.Link(k.linkSource(source), k.c.Path(target)); err != nil {
			return k.fail("cannot create hard link %s to %s: %s", quote(target), quote(source), reason(err))
		}
		return true
	}
	if first, ok := k.copied[from.Ino]; ok && k.preserve.links && k.mayComeAgain(from) {
		return k.linkToCopy(first, target, there)
	}
	var err error
	switch {
	case from.Type == scriptfs.Symlink:
		err = k.c.FS.Symlink(from.Target, k.c.Path(target))
		if err != nil {
			return k.fail("cannot create symbolic link %s: %s", quote(target), reason(err))
		}
	case from.Type != scriptfs.Regular && k.recursive:
		if err = k.c.mknod(target, from, k.newMode(from)); err != nil {
			return k.fail("cannot create special file %s: %s", quote(target), reason(err))
		}
	default:
		if !k.regular(source, target, from, there) {
			return false
		}
	}
	if k.preserve.links && k.mayComeAgain(from) {
		k.copied[from.Ino] = target
	}
	if there != nil && !k.preserve.mode && !k.preserve.owner && !k.preserve.time && !k.preserve.xattr {
		return true
	}
	return k.attributes(source, target, from)
}

// mayComeAgain says whether other sources may lead to the same file.
func (k *copier) mayComeAgain(from scriptfs.Info) bool {
	return from.Nlink > 1 || k.links != followNone
}

// linkSource is what a hard link is made to: a followed symlink's target.
func (k *copier) linkSource(source string) string {
	if k.links == followAll {
		if real, err := k.c.FS.Realpath(k.c.Path(source)); err == nil {
			return real
		}
	}
	return k.c.Path(source)
}

// linkToCopy makes the target another name of the copy that was made of the same source before.
func (k *copier) linkToCopy(first, target string, there *scriptfs.Info) bool {
	if there != nil {
		if k.c.sameFile(first, target) {
			return true
		}
		if err := k.c.FS.Remove(k.c.Path(target)); err != nil {
			return k.fail("cannot remove %s: %s", quote(target), reason(err))
		}
	}
	if err := k.c.FS.Link(k.c.Path(first), k.c.Path(target)); err != nil {
		return k.fail("cannot create hard link %s to %s: %s", quote(target), quote(first), reason(err))
	}
	return true
}

// makeSymlink makes a symlink to the source instead of a copy.
func (k *copier) makeSymlink(source, target string) bool {
	if !strings.HasPrefix(source, "/") && !k.c.besideWorkingDirectory(target) {
		return k.fail("%s: can make relative symbolic links only in current directory", showName(target))
	}
	if err := k.c.FS.Symlink(source, k.c.Path(target)); err != nil {
		return k.fail("cannot create symbolic link %s to %s: %s", quote(target), quote(source), reason(err))
	}
	return true
}

// besideWorkingDirectory says whether a path is that of a member of the working directory. One whose directory is not there is none that
// could be told apart: making it fails for that reason.
func (c *Context) besideWorkingDirectory(path string) bool {
	dir, err := c.FS.Stat(c.Path(dirName(path)))
	if err != nil {
		return true
	}
	here, err := c.FS.Stat(c.Dir)
	return err != nil || dir.Ino == here.Ino
}

// regular copies a file's bytes, by reference where source and target are regular files.
func (k *copier) regular(source, target string, from scriptfs.Info, there *scriptfs.Info) bool {
	if there == nil {
		if at, err := k.c.FS.Lstat(k.c.Path(target)); err == nil && at.Type == scriptfs.Symlink {
			return k.fail("not writing through dangling symlink %s", quote(target))
		}
	}
	if there != nil && k.force {
		// A file that cannot be opened for writing is replaced.
		if file, err := k.c.FS.OpenFile(k.c.Path(target), os.O_WRONLY, 0); err == nil {
			file.Close()
		} else if k.c.FS.Remove(k.c.Path(target)) == nil {
			there = nil
		}
	}
	if k.attributesOnly {
		file, err := k.c.FS.OpenFile(k.c.Path(target), os.O_WRONLY|os.O_CREATE, k.newMode(from))
		if err != nil {
			return k.fail("cannot create regular file %s: %s", quote(target), createReason(target, err))
		}
		file.Close()
		return true
	}
	if err := k.c.copyContent(source, from, target, there, k.newMode(from)); err != nil {
		if there == nil {
			return k.fail("cannot create regular file %s: %s", quote(target), createReason(target, err))
		}
		return k.fail("cannot create regular file %s: %s", quote(target), reason(err))
	}
	return true
}

// createReason is why a file could not be made: a path that ends in a slash names a directory.
func createReason(target string, err error) string {
	if strings.HasSuffix(target, "/") {
		return "Not a directory"
	}
	return reason(err)
}

// copyContent makes the target's content that of the source; a new target gets that mode.
func (c *Context) copyContent(source string, from scriptfs.Info, target string, there *scriptfs.Info, mode uint32) error {
	if from.Type == scriptfs.Regular && (there == nil || there.Type == scriptfs.Regular) {
		return c.FS.Clone(c.Path(source), c.Path(target), mode)
	}
	in, err := c.Open(source)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := c.FS.OpenFile(c.Path(target), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	return err
}

// newMode is the mode that a new copy begins with: the source's, as far as the umask lets it. Regular files lose setuid, setgid and sticky;
// other files keep them under fakeroot.
func (k *copier) newMode(from scriptfs.Info) uint32 {
	directory := from.Type == scriptfs.Directory
	switch {
	case k.defaultMode && directory:
		return 0o777 &^ k.c.Umask
	case k.defaultMode:
		return 0o666 &^ k.c.Umask
	case from.Type == scriptfs.Regular || !directory && !k.recursive:
		return from.Mode & 0o777 &^ k.c.Umask
	default:
		return from.Mode &^ k.c.Umask
	}
}

// attributes gives a copy the attributes of its source that are to be kept.
func (k *copier) attributes(source, target string, from scriptfs.Info) bool {
	at := k.c.Path(target)
	ok := true
	if k.preserve.xattr && from.Type != scriptfs.Symlink && !isStdin(source) {
		if err := k.c.copyXattrs(source, target); err != nil {
			ok = k.fail("setting attributes for %s: %s", quote(target), reason(err))
		}
	}
	if k.preserve.time && from.Type != scriptfs.Symlink {
		if err := k.c.FS.Chtimes(at, from.MTime); err != nil {
			ok = k.fail("preserving times for %s: %s", quote(target), reason(err))
		}
	}
	mode := from.Mode
	if k.preserve.owner {
		to, err := k.c.FS.Lstat(at)
		if err == nil {
			err = k.c.chown(target, to, from.UID, from.GID, false)
		}
		switch {
		case err == errPrivilege:
			// As for any user but root: the copy is one's own, and runs as nobody else.
			mode &^= setUID | setGID | sticky
		case err != nil:
			ok = k.fail("failed to preserve ownership for %s: %s", quote(target), reason(err))
		}
	}
	if k.preserve.mode && from.Type != scriptfs.Symlink {
		if err := k.c.FS.Chmod(at, mode); err != nil {
			ok = k.fail("preserving permissions for %s: %s", quote(target), reason(err))
		}
	}
	return ok
}

// copyXattrs gives the target the extended attributes of the source.
func (c *Context) copyXattrs(source, target string) error {
	names, err := c.FS.Listxattr(c.Path(source))
	if err != nil {
		return err
	}
	there, err := c.FS.Listxattr(c.Path(target))
	if err != nil {
		return err
	}
	for _, name := range names {
		value, err := c.FS.Getxattr(c.Path(source), name)
		if err != nil {
			return err
		}
		if err := c.FS.Setxattr(c.Path(target), name, value); err != nil {
			return err
		}
	}
	for _, name := range there {
		if !slices.Contains(names, name) {
			if err := c.FS.Removexattr(c.Path(target), name); err != nil {
				return err
			}
		}
	}
	return nil
}
