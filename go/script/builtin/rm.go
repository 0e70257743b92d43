package builtin

import (
	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// removeRun is one run of rm.
type removeRun struct {
	c                                *Context
	recursive, dirs, forced, verbose bool
}

func rm(c *Context) int {
	o, err := parseOptions(c.Args, "f,force", "r,R,recursive", "d,dir", "v,verbose", "one-file-system", "preserve-root?", "interactive=")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	if when, ok := o.value("interactive"); ok && when != "never" && when != "no" && when != "none" {
		return c.Fail(usageStatus, "option '--interactive=%s' is not supported: nobody can answer", when)
	}
	r := &removeRun{c: c, recursive: o.has("r"), dirs: o.has("d"), forced: o.has("f"), verbose: o.has("v")}
	if len(o.args) == 0 && !r.forced {
		return c.Fail(1, "missing operand")
	}
	ok := true
	for _, path := range o.args {
		ok = r.argument(path) && ok
	}
	return exitStatus(ok)
}

// argument removes one file of the command line.
func (r *removeRun) argument(path string) bool {
	info, err := r.c.FS.Lstat(r.c.Path(path))
	if err != nil {
		if r.forced && notExist(err) {
			return true
		}
		return r.fail("cannot remove %s: %s", quote(path), reason(err))
	}
	if info.Type == scriptfs.Directory && r.recursive {
		switch name := lastName(path); {
		case name == "." || name == "..":
			return r.fail("refusing to remove '.' or '..' directory: skipping %s", quote(path))
		case r.c.isRoot(path):
			r.c.Errorf("it is dangerous to operate recursively on '/'")
			return r.fail("use --no-preserve-root to override this failsafe")
		}
	}
	return r.remove(path, info)
}

// remove removes a file, or a directory with what is in it.
func (r *removeRun) remove(path string, info scriptfs.Info) bool {
	directory := info.Type == scriptfs.Directory
	if directory && !r.recursive && !r.dirs {
		return r.fail("cannot remove %s: Is a directory", quote(path))
	}
	if directory && r.recursive {
		members, err := r.c.FS.ReadDir(r.c.Path(path))
		if err != nil {
			return r.fail("cannot remove %s: %s", quote(path), reason(err))
		}
		ok := true
		for _, m := range members {
			ok = r.remove(joinName(path, m.Name), m) && ok
		}
		if !ok {
			return false
		}
	}
	if err := r.c.unlink(path); err != nil {
		if r.forced && notExist(err) {
			return true
		}
		return r.fail("cannot remove %s: %s", quote(path), reason(err))
	}
	if r.verbose && directory {
		r.c.Printf("removed directory %s\n", quote(path))
	} else if r.verbose {
		r.c.Printf("removed %s\n", quote(path))
	}
	return true
}

func (r *removeRun) fail(format string, args ...any) bool {
	r.c.Errorf(format, args...)
	return false
}
