package builtin

import (
	"strings"
	"syscall"

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

// unlink removes what is at a path. A symlink with a slash after it means a directory, but what would go is the link: an error.
func (c *Context) unlink(path string) error {
	if bare := strings.TrimRight(path, "/"); bare != path && bare != "" {
		if info, err := c.FS.Lstat(c.Path(bare)); err == nil && info.Type == scriptfs.Symlink {
			return syscall.ENOTDIR
		}
	}
	return c.FS.Remove(c.Path(path))
}

func rmdir(c *Context) int {
	o, err := parseOptions(c.Args, "p,parents", "v,verbose", "ignore-fail-on-non-empty")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	if len(o.args) == 0 {
		return c.Fail(1, "missing operand")
	}
	ok := true
	for _, path := range o.args {
		failure := "failed to remove"
		for {
			if o.has("v") {
				c.Printf("%s: removing directory, %s\n", c.Name(), quote(path))
			}
			if err := c.removeDirectory(path); err != nil {
				if !o.has("ignore-fail-on-non-empty") || reason(err) != errnoTexts[syscall.ENOTEMPTY] {
					c.Errorf("%s %s: %s", failure, quote(path), reason(err))
					ok = false
				}
				break
			}
			failure = "failed to remove directory"
			if path = strings.TrimRight(path, "/"); !o.has("p") || !strings.Contains(path, "/") {
				break
			}
			path = path[:strings.LastIndexByte(path, '/')]
			if trimmed := strings.TrimRight(path, "/"); trimmed != "" {
				path = trimmed
			} else {
				break
			}
		}
	}
	return exitStatus(ok)
}

// removeDirectory removes an empty directory and nothing else.
func (c *Context) removeDirectory(path string) error {
	info, err := c.FS.Lstat(c.Path(path))
	if err == nil && info.Type != scriptfs.Directory {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return err
	}
	return c.unlink(path)
}

func unlink(c *Context) int {
	o, err := parseOptions(c.Args)
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	switch len(o.args) {
	case 0:
		return c.Fail(1, "missing operand")
	case 1:
	default:
		return c.Fail(1, "extra operand %s", quote(o.args[1]))
	}
	info, err := c.FS.Lstat(c.Path(o.args[0]))
	if err == nil && info.Type == scriptfs.Directory {
		err = syscall.EISDIR
	}
	if err == nil {
		err = c.unlink(o.args[0])
	}
	if err != nil {
		return c.Fail(1, "cannot unlink %s: %s", quote(o.args[0]), reason(err))
	}
	return 0
}

func link(c *Context) int {
	o, err := parseOptions(c.Args)
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	switch len(o.args) {
	case 0:
		return c.Fail(1, "missing operand")
	case 1:
		return c.Fail(1, "missing operand after %s", quote(o.args[0]))
	case 2:
	default:
		return c.Fail(1, "extra operand %s", quote(o.args[2]))
	}
	if err := c.FS.Link(c.Path(o.args[0]), c.Path(o.args[1])); err != nil {
		return c.Fail(1, "cannot create link %s to %s: %s", quote(o.args[1]), quote(o.args[0]), reason(err))
	}
	return 0
}
