package builtin

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// linkRun is one run of ln.
type linkRun struct {
	c *Context
	// arrow is what -v shows between the names.
	arrow                                           string
	symbolic, relative, force, dereference, verbose bool
	backups                                         backups
}

func ln(c *Context) int {
	o, err := parseOptions(c.Args, append([]string{"s,symbolic", "f,force", "n,no-dereference", "r,relative", "T,no-target-directory",
		"t,target-directory=", "v,verbose", "L,logical", "P,physical"}, backupOptions...)...)
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	r := &linkRun{
		c: c, symbolic: o.has("s"), relative: o.has("r"), force: o.has("f"), dereference: o.last("L", "P") == "L", verbose: o.has("v"),
		arrow: "=>",
	}
	if r.backups, err = newBackups(c, o); err != nil {
		return c.Fail(1, "%v", err)
	}
	if r.symbolic {
		r.arrow = "->"
	}
	if r.relative && !r.symbolic {
		return c.Fail(1, "cannot do --relative without --symbolic")
	}
	p := placement{operands: o.args, noDir: o.has("T"), linksAreFiles: o.has("n"), dirError: lnDirectoryError}
	p.dir, p.hasDir = o.value("t")
	if len(p.operands) == 1 && !p.hasDir && !p.noDir {
		p.dir, p.hasDir = ".", true
	}
	to, err := c.destination(p)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	made, ok := map[string]bool{}, true
	for _, source := range to.sources {
		target := to.of(source)
		if to.dir != "" && r.force && made[target] {
			c.Errorf("will not overwrite just-created %s with %s", quote(target), quote(source))
			ok = false
			continue
		}
		done := r.link(source, target)
		made[target] = made[target] || done
		ok = done && ok
	}
	return exitStatus(ok)
}

func lnDirectoryError(dir string, err error) error {
	if err == syscall.ENOTDIR {
		return fmt.Errorf("target %s is not a directory", quote(dir))
	}
	return fmt.Errorf("failed to access %s: %s", quote(dir), reason(err))
}

// link makes one link at target to source.
func (r *linkRun) link(source, target string) bool {
	var from scriptfs.Info
	if !r.symbolic {
		var err error
		if from, err = r.source(source); err != nil {
			return r.fail("failed to access %s: %s", quote(source), reason(err))
		}
		if from.Type == scriptfs.Directory {
			return r.fail("%s: hard link not allowed for directory", source)
		}
	}
	backup := ""
	if there, err := r.c.FS.Lstat(r.c.Path(target)); (r.force || r.backups.wanted()) && !errors.Is(err, syscall.ENOENT) {
		switch {
		case err != nil:
			return r.fail("failed to access %s: %s", quote(target), reason(err))
		case there.Type == scriptfs.Directory:
			return r.fail("%s: cannot overwrite directory", target)
		case r.same(source, target, from, there):
			return r.fail("%s and %s are the same file", quote(source), quote(target))
		}
		if r.backups.wanted() {
			if backup, err = r.backups.keep(target); err != nil {
				return r.fail("cannot backup %s: %s", quote(target), reason(err))
			}
		} else if err := r.c.FS.Remove(r.c.Path(target)); err != nil {
			return r.fail("cannot remove %s: %s", quote(target), reason(err))
		}
	}
	text := source
	var err error
	switch {
	case r.symbolic:
		if r.relative {
			text = r.c.relativeLink(source, target)
		}
		err = r.c.FS.Symlink(text, r.c.Path(target))
	case r.dereference:
		real, realErr := r.c.FS.Realpath(r.c.Path(source))
		if err = realErr; err == nil {
			err = r.c.FS.Link(real, r.c.Path(target))
		}
	default:
		err = r.c.FS.Link(r.c.Path(source), r.c.Path(target))
	}
	if err != nil {
		return r.failedLink(text, target, err)
	}
	if r.verbose {
		r.c.Printf("%s %s %s%s\n", quote(target), r.arrow, quote(text), r.backups.note(backup))
	}
	return true
}

// same says whether removing what is at the target would remove the source; from is the source's state for a hard link.
func (r *linkRun) same(source, target string, from, there scriptfs.Info) bool {
	if r.symbolic {
		var err error
		if from, err = r.c.FS.Stat(r.c.Path(source)); err != nil {
			return false
		}
	}
	return from.Ino == there.Ino && (from.Nlink == 1 || r.c.sameName(source, target))
}

// source is the state of what a hard link is made to.
func (r *linkRun) source(path string) (scriptfs.Info, error) {
	if r.dereference {
		return r.c.FS.Stat(r.c.Path(path))
	}
	return r.c.FS.Lstat(r.c.Path(path))
}

// failedLink words the failure to make a link as the kernel's error asks for.
func (r *linkRun) failedLink(source, target string, err error) bool {
	kind := "hard"
	if r.symbolic {
		kind = "symbolic"
	}
	switch reasonText := reason(err); {
	case reasonText == errnoTexts[syscall.EEXIST] || r.symbolic && source != "":
		return r.fail("failed to create %s link %s: %s", kind, quote(target), reasonText)
	default:
		arrow := r.arrow
		return r.fail("failed to create %s link %s %s %s: %s", kind, quote(target), arrow, quote(source), reasonText)
	}
}

func (r *linkRun) fail(format string, args ...any) bool {
	r.c.Errorf(format, args...)
	return false
}

// relativeLink is the text of a link at target that leads to source, which is a path seen from the working directory.
func (c *Context) relativeLink(source, target string) string {
	dir, err := c.resolveMissing(dirName(target))
	if err != nil {
		return source
	}
	to, err := c.resolveMissing(source)
	if err != nil {
		return source
	}
	return relativePath(dir, to)
}
