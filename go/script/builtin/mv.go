package builtin

import (
	"errors"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// moveRun is one run of mv.
type moveRun struct {
	c                          *Context
	noClobber, update, verbose bool
	// made are the files that this run has moved.
	made    map[uint64]bool
	backups backups
}

func mv(c *Context) int {
	o, err := parseOptions(c.Args, append([]string{"f,force", "n,no-clobber", "strip-trailing-slashes", "t,target-directory=",
		"T,no-target-directory", "u", "update?", "v,verbose"}, backupOptions...)...)
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	r := &moveRun{c: c, noClobber: o.last("f", "n") == "n", verbose: o.has("v"), made: map[uint64]bool{}}
	if r.backups, err = newBackups(c, o); err != nil {
		return c.Fail(1, "%v", err)
	}
	if r.noClobber && r.backups.wanted() {
		return c.Fail(1, "cannot combine --backup with -n: there is nothing to keep")
	}
	for _, g := range o.given {
		if g.name == "u" || g.name == "update" {
			k := &copier{}
			if err := k.setUpdate(g); err != nil {
				return c.Fail(1, "%v", err)
			}
			r.update, r.noClobber = k.update, r.noClobber || k.noClobber
		}
	}
	p := placement{operands: o.args, noDir: o.has("T"), dirError: targetDirectoryError}
	p.dir, p.hasDir = o.value("t")
	if o.has("strip-trailing-slashes") {
		p.operands = stripSlashes(p.operands)
	}
	to, err := c.destination(p)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	ok := true
	for _, source := range to.sources {
		ok = r.move(source, to.of(source)) && ok
	}
	return exitStatus(ok)
}

// move moves one file or tree.
func (r *moveRun) move(source, target string) bool {
	from, err := r.c.FS.Lstat(r.c.Path(source))
	if err != nil {
		return r.fail("cannot stat %s: %s", quote(source), reason(err))
	}
	directory, backup := from.Type == scriptfs.Directory, ""
	switch to, err := r.c.FS.Lstat(r.c.Path(target)); {
	case err == nil:
		if r.noClobber || r.update && !directory && to.Type != scriptfs.Directory && !to.MTime.Before(from.MTime) {
			return true
		}
		if moveable, ok := r.replace(source, target, from, to); !moveable {
			return ok
		}
		if r.backups.replaceable(to) {
			if backup, err = r.backups.keep(target); err != nil {
				return r.fail("cannot backup %s: %s", quote(target), reason(err))
			}
		}
	case !errors.Is(err, syscall.ENOENT):
		return r.fail("cannot stat %s: %s", quote(target), reason(err))
	case !directory && target != "" && target[len(target)-1] == '/':
		return r.fail("cannot move %s to %s: Not a directory", quote(source), quote(target))
	}
	err = r.c.FS.Rename(r.c.Path(source), r.c.Path(target))
	if errors.Is(err, syscall.EINVAL) {
		return r.fail("cannot move %s to a subdirectory of itself, %s", quote(source), quote(target))
	}
	if err != nil {
		return r.fail("cannot move %s to %s: %s", quote(source), quote(target), reason(err))
	}
	r.made[from.Ino] = true
	if r.verbose {
		r.c.Printf("renamed %s -> %s%s\n", quote(source), quote(target), r.backups.note(backup))
	}
	return true
}

// replace says whether a source may take the place of what is at the target; where it may not, ok is whether that is well.
func (r *moveRun) replace(source, target string, from, to scriptfs.Info) (moveable, ok bool) {
	switch {
	case r.same(source, target, from, to):
		return false, r.fail("%s and %s are the same file", quote(source), quote(target))
	case from.Type == scriptfs.Directory && to.Type == scriptfs.Directory:
		return true, true
	case from.Type == scriptfs.Directory:
		return false, r.fail("cannot overwrite non-directory %s with directory %s", quote(target), quote(source))
	case to.Type == scriptfs.Directory:
		return false, r.fail("cannot overwrite directory %s with non-directory", quote(target))
	case r.made[to.Ino]:
		return false, r.fail("will not overwrite just-created %s with %s", quote(target), quote(source))
	}
	return true, true
}

// same says whether moving would destroy the file: source and target are one, or source is a link to the target.
func (r *moveRun) same(source, target string, from, to scriptfs.Info) bool {
	switch {
	case from.Ino == to.Ino:
		return from.Type != scriptfs.Symlink || r.c.sameName(source, target)
	case to.Type == scriptfs.Symlink || from.Type != scriptfs.Symlink:
		return false
	}
	end, err := r.c.FS.Stat(r.c.Path(source))
	if err != nil || end.Ino != to.Ino {
		return false
	}
	real, err := r.c.FS.Realpath(r.c.Path(source))
	return to.Nlink == 1 || err != nil || r.c.sameName(real, target)
}

func (r *moveRun) fail(format string, args ...any) bool {
	r.c.Errorf(format, args...)
	return false
}
