package builtin

import (
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// chmodRun is one run of chmod.
type chmodRun struct {
	c      *Context
	change modeChange
	// surprises says that the mode looked like an option ("-w"): then it is an error when the umask keeps bits that it should clear.
	surprises               bool
	verbose, changes, quiet bool
}

func chmod(c *Context) int {
	args, dashMode := chmodArguments(c.Args)
	o, err := parseOptions(args, "R,recursive", "v,verbose", "c,changes", "f,silent,quiet", "reference=", "preserve-root", "no-preserve-root")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	verbosity := o.last("v", "c")
	r := &chmodRun{c: c, surprises: dashMode != "", verbose: verbosity == "v", changes: verbosity == "c", quiet: o.has("f")}
	operands, status := r.mode(o, dashMode)
	if status != 0 {
		return status
	}
	walk := &treeWalk{c: c, recurse: o.has("R"), links: followArguments, visit: r.visit, missing: r.missing, unreadable: r.unreadable}
	ok := true
	for _, path := range operands {
		if o.has("R") && o.has("preserve-root") && c.isRoot(path) {
			c.Errorf("it is dangerous to operate recursively on '/'")
			ok = false
			continue
		}
		ok = walk.argument(path) && ok
	}
	return exitStatus(ok)
}

// chmodArguments takes the first argument that is a mode and looks like an option ("-x") out of a command line.
func chmodArguments(args []string) (rest []string, mode string) {
	for i, arg := range args[1:] {
		if arg == "--" {
			break
		}
		if len(arg) > 1 && arg[0] == '-' && strings.IndexByte("rwxXstugoa,+=01234567", arg[1]) >= 0 {
			rest = append(append(rest, args[:i+1]...), args[i+2:]...)
			return rest, arg
		}
	}
	return args, ""
}

// mode finds out what to do to the files, which it returns.
func (r *chmodRun) mode(o *options, dashMode string) (operands []string, status int) {
	text, operands := dashMode, o.args
	if reference, ok := o.value("reference"); ok {
		info, err := r.c.FS.Stat(r.c.Path(reference))
		if err != nil {
			return nil, r.c.Fail(1, "failed to get attributes of %s: %s", quote(reference), reason(err))
		}
		r.change = modeChange{{operator: '=', affected: allBits, value: info.Mode, mentioned: allBits}}
	} else {
		if text == "" {
			if len(operands) == 0 {
				return nil, r.c.Fail(1, "missing operand")
			}
			text, operands = operands[0], operands[1:]
		}
		var err error
		if r.change, err = parseMode(text); err != nil {
			return nil, r.c.Fail(1, "invalid mode: %s", quote(text))
		}
	}
	if len(operands) == 0 {
		if text == "" {
			return nil, r.c.Fail(1, "missing operand")
		}
		return nil, r.c.Fail(1, "missing operand after %s", quote(text))
	}
	return operands, 0
}

func (r *chmodRun) visit(path string, info scriptfs.Info, _ bool) bool {
	if info.Type == scriptfs.Symlink {
		if r.verbose {
			r.c.Printf("neither symbolic link %s nor referent has been changed\n", quote(path))
		}
		return true
	}
	directory := info.Type == scriptfs.Directory
	mode := r.change.apply(info.Mode, directory, r.c.Umask)
	if err := r.c.FS.Chmod(r.c.Path(path), mode); err != nil {
		if r.verbose {
			r.c.Printf("failed to change mode of %s from %04o (%s) to %04o (%s)\n",
				quote(path), info.Mode, permissionString(info.Mode), mode, permissionString(mode))
		}
		return r.fail("changing permissions of %s: %s", quote(path), reason(err))
	}
	switch {
	case mode != info.Mode && (r.verbose || r.changes):
		r.c.Printf("mode of %s changed from %04o (%s) to %04o (%s)\n",
			quote(path), info.Mode, permissionString(info.Mode), mode, permissionString(mode))
	case r.verbose:
		r.c.Printf("mode of %s retained as %04o (%s)\n", quote(path), mode, permissionString(mode))
	}
	if expected := r.change.apply(info.Mode, directory, 0); r.surprises && mode&^expected != 0 {
		r.c.Errorf("%s: new permissions are %s, not %s", path, permissionString(mode), permissionString(expected))
		return false
	}
	return true
}

func (r *chmodRun) missing(path string, err error, dangling bool) bool {
	if r.verbose {
		r.c.Printf("%s could not be accessed\n", quote(path))
	}
	if dangling && notExist(err) {
		return r.fail("cannot operate on dangling symlink %s", quote(path))
	}
	return r.fail("cannot access %s: %s", quote(path), reason(err))
}

func (r *chmodRun) unreadable(path string, err error) bool {
	return r.fail("cannot read directory %s: %s", quote(path), reason(err))
}

// fail writes a message unless -f was given; the run has failed either way.
func (r *chmodRun) fail(format string, args ...any) bool {
	if !r.quiet {
		r.c.Errorf(format, args...)
	}
	return false
}

// exitStatus is the status of a command that has reported its errors already.
func exitStatus(ok bool) int {
	if ok {
		return 0
	}
	return 1
}

// isRoot says whether a path is the tree's root, by whatever name.
func (c *Context) isRoot(path string) bool {
	real, err := c.FS.Realpath(c.Path(path))
	return err == nil && real == "/"
}
