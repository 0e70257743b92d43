package builtin

import (
	"path"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// copier copies files and trees for cp, file by file, as POSIX and GNU's manual say.
type copier struct {
	c *Context
	// links says which symlinks of the sources are followed.
	links     linkPolicy
	recursive bool
	preserve  preserved
	// defaultMode gives copies the mode of new files, whatever the source has.
	defaultMode bool
	// force replaces files that cannot be opened; removeFirst removes what is there before copying.
	force, removeFirst bool
	// noClobber leaves files that are there alone, update those that are not older.
	noClobber, update bool
	// hardLink and symbolicLink make links instead of copies of files.
	hardLink, symbolicLink bool
	// attributesOnly copies no content.
	attributesOnly, verbose bool
	backups                 backups
	// backup is the name under which what was at the target is kept.
	backup string

	// copied maps the sources that may come again to their copies.
	copied map[uint64]string
	// sources are the files named on the command line so far, made the copies of them.
	sources, made map[uint64]bool
	// top names the argument that is being copied, and its copy; topDir is the first directory that was made for it.
	topSource, topTarget string
	topDir               uint64
}

// preserved are the attributes that copies keep.
type preserved struct {
	mode, owner, time, links, xattr bool
}

func newCopier(c *Context) *copier {
	return &copier{c: c, copied: map[uint64]string{}, sources: map[uint64]bool{}, made: map[uint64]bool{}}
}

// argument copies one source of the command line, and what is below it.
func (k *copier) argument(source, target string) bool {
	k.topSource, k.topTarget, k.topDir = source, target, 0
	return k.file(source, target, true, nil)
}

// file copies one file; above are the source's directories.
func (k *copier) file(source, target string, argument bool, above []uint64) bool {
	stat := k.c.FS.Lstat
	if k.follows(argument) {
		stat = k.c.FS.Stat
	}
	from, err := stat(k.c.Path(source))
	if isStdin(source) {
		from, err = scriptfs.Info{Type: scriptfs.FIFO, Mode: 0o600}, nil
	}
	if err != nil {
		return k.fail("cannot stat %s: %s", quote(source), reason(err))
	}
	directory := from.Type == scriptfs.Directory
	if directory && !k.recursive {
		return k.fail("-r not specified; omitting directory %s", quote(source))
	}
	if argument && !isStdin(source) {
		if k.sources[from.Ino] && directory {
			k.c.Errorf("warning: source directory %s specified more than once", quote(source))
			return true
		}
		if k.sources[from.Ino] && !directory && k.made[k.inode(target)] && k.c.sameFile(k.copied[from.Ino], target) {
			k.c.Errorf("warning: source file %s specified more than once", quote(source))
			return true
		}
		k.sources[from.Ino] = true
	}
	there, proceed, ok := k.prepare(source, target, from, argument)
	if !proceed {
		return ok
	}
	if directory {
		return k.directory(source, target, from, there, above)
	}
	if !k.content(source, target, from, there) {
		return false
	}
	if argument {
		k.made[k.inode(target)] = true
		k.copied[from.Ino] = target
	}
	return true
}

// follows says whether a symlink as the source is followed.
func (k *copier) follows(argument bool) bool {
	return k.links == followAll || k.links == followArguments && argument
}

// directory copies a directory and what is in it; there is the directory that is at the target already.
func (k *copier) directory(source, target string, from scriptfs.Info, there *scriptfs.Info, above []uint64) bool {
	if from.Ino == k.topDir {
		return k.fail("cannot copy a directory, %s, into itself, %s", quote(k.topSource), quote(k.topTarget))
	}
	for _, ino := range above {
		if ino == from.Ino {
			return k.fail("cannot copy cyclic symbolic link %s", quote(source))
		}
	}
	if there == nil {
		if _, err := k.c.FS.Lstat(k.c.Path(target)); err == nil {
			return k.fail("cannot overwrite non-directory %s with directory %s", quote(target), quote(source))
		}
		if err := k.c.FS.Mkdir(k.c.Path(target), k.newMode(from)); err != nil {
			return k.fail("cannot create directory %s: %s", quote(target), reason(err))
		}
		if k.verbose {
			k.announce(source, target)
		}
	}
	if k.topDir == 0 {
		k.topDir = k.inode(target)
	}
	members, err := k.c.FS.ReadDir(k.c.Path(source))
	if err != nil {
		return k.fail("cannot access %s: %s", quote(source), reason(err))
	}
	ok := true
	for _, m := range members {
		ok = k.file(joinName(source, m.Name), joinName(target, m.Name), false, append(above, from.Ino)) && ok
	}
	if there != nil && !k.preserve.mode && !k.preserve.owner && !k.preserve.time {
		return ok
	}
	return k.attributes(source, target, from) && ok
}

// announce writes what -v shows of a copy.
func (k *copier) announce(source, target string) {
	k.c.Printf("%s -> %s%s\n", quote(source), quote(target), k.backups.note(k.backup))
}

func (k *copier) fail(format string, args ...any) bool {
	k.c.Errorf(format, args...)
	return false
}

// isStdin says whether a path names the command's own standard input.
func isStdin(p string) bool {
	switch path.Clean(p) {
	case "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0":
		return true
	}
	return false
}
