package builtin

import (
	"errors"
	"slices"
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// findRun is one run of find. What a directory holds is visited in the order of the names' bytes, where GNU's order is the file system's:
// the same tree always gives the same output.
type findRun struct {
	c        *Context
	accounts accounts
	follow   linkPolicy
	// minDepth and maxDepth limit the levels that are tested and visited; maxDepth is -1 for all.
	minDepth, maxDepth int
	// contentsFirst visits what is in a directory before the directory (-depth).
	contentsFirst bool
	test          findTest
	// atEnd are the commands of -exec + that wait for more names.
	atEnd []*findBatch
	quit  bool
	// failed says that an error was reported.
	failed bool
}

// findTest is a test or an action: what an expression is made of.
type findTest func(e *findEntry) bool

// findEntry is one file that find visits.
type findEntry struct {
	// path is the file's path as it is shown, start the command line's path that led to it.
	path, start string
	depth       int
	// info is the file's state: of a link that the walk follows, its target's.
	info scriptfs.Info
	// pruned says that the walk does not go into the directory.
	pruned bool
}

// name is the last name of the path; that of "/" is "/".
func (e *findEntry) name() string { return lastName(e.path) }

func find(c *Context) int {
	r := &findRun{c: c, accounts: c.accounts(), follow: followNone, maxDepth: -1}
	paths, expression, err := r.split(c.Args[1:])
	if err == nil {
		err = r.parse(expression)
	}
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	for _, path := range paths {
		if r.quit {
			break
		}
		r.start(path)
	}
	for _, b := range r.atEnd {
		b.flush()
	}
	return exitStatus(!r.failed)
}

// split takes a command line apart: options that say which links are followed, paths, and the expression.
func (r *findRun) split(args []string) (paths, expression []string, err error) {
	for len(args) > 0 {
		switch arg := args[0]; {
		case arg == "-H" || arg == "-L" || arg == "-P":
			r.follow = linkPolicy(arg[1])
		case arg == "-O0", arg == "-O1", arg == "-O2", arg == "-O3":
		case arg == "--":
			args = args[1:]
			fallthrough
		default:
			at := slices.IndexFunc(args, beginsExpression)
			if at < 0 {
				at = len(args)
			}
			paths, expression = args[:at], args[at:]
			if len(paths) == 0 {
				paths = []string{"."}
			}
			return paths, expression, nil
		}
		args = args[1:]
	}
	return []string{"."}, nil, nil
}

// beginsExpression says whether an argument can be no path.
func beginsExpression(arg string) bool {
	return len(arg) > 1 && arg[0] == '-' || arg == "!" || arg == "(" || arg == ")" || arg == ","
}

// start visits a path of the command line.
func (r *findRun) start(path string) {
	info, err := r.c.FS.Lstat(r.c.Path(path))
	if err == nil && info.Type == scriptfs.Symlink && r.follow != followNone {
		info, err = r.target(path, info)
	}
	if err != nil {
		r.fail("%s: %s", quote(path), reason(err))
		return
	}
	r.visit(&findEntry{path: path, start: path, info: info}, nil)
}

// visit tests one file and visits what is in it; above are the directories on the way to it.
func (r *findRun) visit(e *findEntry, above []scriptfs.Info) {
	if err := r.c.Context.Err(); err != nil {
		r.fail("%v", err)
		r.quit = true
		return
	}
	for _, dir := range above {
		if dir.Ino == e.info.Ino {
			r.fail("File system loop detected; %s is part of the same file system loop as %s.", quote(e.path), quote(dir.Name))
			return
		}
	}
	if !r.contentsFirst {
		r.evaluate(e)
	}
	if e.info.Type == scriptfs.Directory && (!e.pruned || r.contentsFirst) && !r.quit && (r.maxDepth < 0 || e.depth < r.maxDepth) {
		r.members(e, above)
	}
	if r.contentsFirst && !r.quit {
		r.evaluate(e)
	}
}

func (r *findRun) evaluate(e *findEntry) {
	if e.depth >= r.minDepth {
		r.test(e)
	}
}

// members visits what is in a directory.
func (r *findRun) members(e *findEntry, above []scriptfs.Info) {
	members, err := r.c.FS.ReadDir(r.c.Path(e.path))
	if err != nil {
		if !errors.Is(err, syscall.ENOENT) || e.depth == 0 {
			r.fail("%s: %s", quote(e.path), reason(err))
		}
		return
	}
	here := e.info
	here.Name = e.path
	above = append(above, here)
	for _, m := range members {
		if r.quit {
			return
		}
		member := &findEntry{path: joinName(e.path, m.Name), start: e.start, depth: e.depth + 1, info: m}
		if m.Type == scriptfs.Symlink && r.follow == followAll {
			if member.info, err = r.target(member.path, m); err != nil {
				r.fail("%s: %s", quote(member.path), reason(err))
				continue
			}
		}
		r.visit(member, above)
	}
}

// target is the state of what a followed symlink leads to: a dangling one stands for itself, one that leads nowhere for ever is an error.
func (r *findRun) target(path string, link scriptfs.Info) (scriptfs.Info, error) {
	target, err := r.c.FS.Stat(r.c.Path(path))
	if err != nil && notExist(err) {
		return link, nil
	}
	return target, err
}

// fail reports an error; the walk goes on.
func (r *findRun) fail(format string, args ...any) {
	r.c.Errorf(format, args...)
	r.failed = true
}

// relative is an entry's path below its starting point, "" for that itself.
func (e *findEntry) relative() string {
	return strings.TrimPrefix(strings.TrimPrefix(e.path, e.start), "/")
}
