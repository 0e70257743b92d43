package builtin

import (
	"errors"
	"os"
	"syscall"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// touchRun is one run of touch.
type touchRun struct {
	c *Context
	// mtime is the time that files get; keep says that only the time of the last access changes, which the tree does not record.
	mtime              time.Time
	keep               bool
	noCreate, linkSelf bool
}

func touch(c *Context) int {
	o, err := parseOptions(c.Args, "a", "m", "c,no-create", "d,date=", "f", "h,no-dereference", "r,reference=", "t=", "time=")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	r := &touchRun{c: c, mtime: c.Clock, noCreate: o.has("c"), linkSelf: o.has("h")}
	access, modification := o.has("a"), o.has("m")
	if word, ok := o.value("time"); ok {
		switch word {
		case "atime", "access", "use":
			access = true
		case "mtime", "modify":
			modification = true
		default:
			return c.Fail(1, "invalid argument %s for '--time'", quote(word))
		}
	}
	r.keep = access && !modification
	if status := r.time(o); status != 0 {
		return status
	}
	if len(o.args) == 0 {
		return c.Fail(1, "missing file operand")
	}
	ok := true
	for _, path := range o.args {
		ok = r.file(path) && ok
	}
	return exitStatus(ok)
}

// time finds out which time the files get.
func (r *touchRun) time(o *options) (status int) {
	reference, byReference := o.value("r")
	if byReference {
		stat := r.c.FS.Stat
		if r.linkSelf {
			stat = r.c.FS.Lstat
		}
		info, err := stat(r.c.Path(reference))
		if err != nil {
			return r.c.Fail(1, "failed to get attributes of %s: %s", quote(reference), reason(err))
		}
		r.mtime = info.MTime
	}
	text, byText := o.value("d")
	stamp, byStamp := o.value("t")
	if byStamp && (byText || byReference) {
		return r.c.Fail(1, "cannot specify times from more than one source")
	}
	known := true
	switch {
	case byText:
		// With -r too, the reference's time is what a relative date starts from.
		r.mtime, known = parseDate(text, r.mtime)
	case byStamp:
		text = stamp
		r.mtime, known = parseStamp(stamp, r.c.Clock)
	}
	if !known {
		return r.c.Fail(1, "invalid date format %s", quote(text))
	}
	return 0
}

// file touches one file.
func (r *touchRun) file(path string) bool {
	if path == "-" {
		return true
	}
	at := r.c.Path(path)
	info, err := r.c.FS.Lstat(at)
	if err == nil && info.Type == scriptfs.Symlink && r.linkSelf {
		return r.link(path)
	}
	if err == nil && info.Type == scriptfs.Symlink {
		_, err = r.c.FS.Stat(at)
	}
	switch {
	case err == nil:
	case errors.Is(err, syscall.ENOTDIR) && r.noCreate:
		r.c.Errorf("setting times of %s: %s", quote(path), reason(err))
		return false
	case !notExist(err):
		r.c.Errorf("cannot touch %s: %s", quote(path), reason(err))
		return false
	case r.noCreate:
		return true
	case r.linkSelf, path != "" && path[len(path)-1] == '/':
		r.c.Errorf("setting times of %s: %s", quote(path), reason(err))
		return false
	default:
		file, err := r.c.FS.OpenFile(at, os.O_WRONLY|os.O_CREATE, 0o666&^r.c.Umask)
		if err != nil {
			r.c.Errorf("cannot touch %s: %s", quote(path), reason(err))
			return false
		}
		file.Close()
	}
	if r.keep {
		return true
	}
	if err := r.c.FS.Chtimes(at, r.mtime); err != nil {
		r.c.Errorf("setting times of %s: %s", quote(path), reason(err))
		return false
	}
	return true
}

// link touches a symlink itself, whose time the tree does not let anybody set: it stays the tree's clock.
func (r *touchRun) link(path string) bool {
	if r.keep || r.mtime.Equal(r.c.Clock) {
		return true
	}
	r.c.Errorf("setting times of %s: the time of a symbolic link cannot be changed", quote(path))
	return false
}
