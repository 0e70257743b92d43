package builtin

import (
	"cmp"
	"errors"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// listRun is one run of ls.
type listRun struct {
	c *Context
	// all lists names that begin with a point, dots "." and ".." too.
	all, dots, directories, recursive bool
	// long is -l; numeric, human, owner, group and timeStyle say what its columns show.
	long, numeric, human, owner, group bool
	timeStyle                          string
	// indicate is 'F' to mark all types, 'p' to mark directories.
	indicate byte
	// follow says which symlinks are shown as what they lead to.
	follow linkPolicy
	// order is what sorts before the name: 't' the time, 'S' the size, 'v' the version, 'X' the extension, 'U' nothing at all.
	order              byte
	reverse, dirsFirst bool

	// headers says that directories are listed under their names, listed that something is listed already.
	headers, listed bool
	// visited are the directories on the way to the one that is being listed.
	visited []uint64
	status  int
}

// listEntry is one name to list.
type listEntry struct {
	// name is what is shown, path where it is.
	name, path string
	info       scriptfs.Info
	// target is what a symlink leads to, nil for a dangling one.
	target *scriptfs.Info
}

func ls(c *Context) int {
	o, err := parseOptions(c.Args, "a,all", "A,almost-all", "1", "d,directory", "F", "classify?", "g", "G,no-group", "h,human-readable",
		"H,dereference-command-line", "L,dereference", "l", "n,numeric-uid-gid", "N,literal", "o", "p", "r,reverse", "R,recursive", "S", "t", "U", "v", "X",
		"sort=", "color?", "full-time", "time-style=", "group-directories-first", "show-control-chars")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	r := &listRun{c: c, follow: followNone, owner: true, group: true}
	if err := r.configure(o); err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	operands := o.args
	if len(operands) == 0 {
		operands = []string{"."}
	}
	r.operands(operands)
	return r.status
}

// operands lists what the command line names: first the files, then what is in the directories.
func (r *listRun) operands(paths []string) {
	var files, directories []listEntry
	for _, path := range paths {
		entry, err := r.operand(path)
		if err != nil {
			r.fail(2, "cannot access %s: %s", quote(path), reason(err))
			continue
		}
		if entry.info.Type == scriptfs.Directory && !r.directories {
			directories = append(directories, entry)
		} else {
			files = append(files, entry)
		}
	}
	r.headers = len(paths) > 1 || r.recursive
	if len(files) > 0 {
		r.sort(files)
		r.print(files)
		r.listed = true
	}
	r.sort(directories)
	for _, d := range directories {
		r.directory(d)
	}
}

// operand looks a path of the command line up.
func (r *listRun) operand(path string) (listEntry, error) {
	info, err := r.c.FS.Lstat(r.c.Path(path))
	if err != nil {
		return listEntry{}, err
	}
	entry := listEntry{name: path, path: path, info: info}
	if info.Type != scriptfs.Symlink {
		return entry, nil
	}
	target, err := r.c.FS.Stat(r.c.Path(path))
	itself := r.long || r.indicate == 'F' || r.directories
	switch {
	case err != nil && (r.follow != followNone || !itself && !errors.Is(err, syscall.ENOENT)):
		return entry, err
	case err != nil:
		return entry, nil
	case r.follow != followNone:
		entry.info = target
	case target.Type == scriptfs.Directory && !itself:
		entry.info = target
	default:
		entry.target = &target
	}
	return entry, nil
}

// directory lists what is in one directory.
func (r *listRun) directory(d listEntry) {
	if slices.Contains(r.visited, d.info.Ino) {
		r.fail(2, "%s: not listing already-listed directory", showName(d.name))
		return
	}
	members, err := r.c.FS.ReadDir(r.c.Path(d.path))
	if err != nil {
		r.fail(1, "cannot open directory %s: %s", quote(d.path), reason(err))
		return
	}
	if r.listed {
		r.c.Printf("\n")
	}
	r.listed = true
	if r.headers {
		r.c.Printf("%s:\n", d.name)
	}
	entries := r.members(d, members)
	r.sort(entries)
	if r.long {
		r.c.Printf("total %s\n", r.total(entries))
	}
	r.print(entries)
	if !r.recursive {
		return
	}
	r.visited = append(r.visited, d.info.Ino)
	for _, e := range entries {
		if e.info.Type == scriptfs.Directory && e.name != "." && e.name != ".." {
			r.directory(listEntry{name: joinName(d.name, e.name), path: joinName(d.path, e.name), info: e.info})
		}
	}
	r.visited = r.visited[:len(r.visited)-1]
}

// members are the entries of a directory that are to be listed.
func (r *listRun) members(d listEntry, members []scriptfs.Info) []listEntry {
	var entries []listEntry
	if r.dots {
		for _, name := range []string{".", ".."} {
			if info, err := r.c.FS.Stat(r.c.Path(joinName(d.path, name))); err == nil {
				entries = append(entries, listEntry{name: name, path: joinName(d.path, name), info: info})
			}
		}
	}
	for _, m := range members {
		if strings.HasPrefix(m.Name, ".") && !r.all {
			continue
		}
		e := listEntry{name: m.Name, path: joinName(d.path, m.Name), info: m}
		if m.Type == scriptfs.Symlink {
			target, err := r.c.FS.Stat(r.c.Path(e.path))
			switch {
			case err != nil && r.follow == followAll && (r.long || r.order == 't' || r.order == 'S'):
				r.fail(1, "cannot access %s: %s", quote(e.path), reason(err))
			case err != nil:
			case r.follow == followAll:
				e.info = target
			default:
				e.target = &target
			}
		}
		entries = append(entries, e)
	}
	return entries
}

// sort puts entries into the order that the options ask for; equal ones are in the order of their names' bytes.
func (r *listRun) sort(entries []listEntry) {
	if r.order == 'U' {
		return
	}
	slices.SortStableFunc(entries, func(a, b listEntry) int {
		if r.dirsFirst {
			if byType := cmp.Compare(r.directoryRank(a), r.directoryRank(b)); byType != 0 {
				return byType
			}
		}
		order := 0
		switch r.order {
		case 't':
			order = b.info.MTime.Compare(a.info.MTime)
		case 'S':
			order = cmp.Compare(fileSize(b.info), fileSize(a.info))
		case 'v':
			order = compareVersions(a.name, b.name)
		case 'X':
			order = strings.Compare(path.Ext(a.name), path.Ext(b.name))
		}
		if order == 0 {
			order = strings.Compare(a.name, b.name)
		}
		if r.reverse {
			order = -order
		}
		return order
	})
}

// directoryRank is 0 for directories and links to them, which --group-directories-first lists first.
func (r *listRun) directoryRank(e listEntry) int {
	if e.info.Type == scriptfs.Directory || e.target != nil && e.target.Type == scriptfs.Directory {
		return 0
	}
	return 1
}

// fail reports an error; the run ends with the worst status.
func (r *listRun) fail(status int, format string, args ...any) {
	r.c.Errorf(format, args...)
	r.status = max(r.status, status)
}

// print lists entries.
func (r *listRun) print(entries []listEntry) {
	if !r.long {
		for _, e := range entries {
			r.c.Printf("%s%s\n", e.name, r.indicator(e.info))
		}
		return
	}
	r.printLong(entries)
}

// indicator is what -F and -p show after a name of that type.
func (r *listRun) indicator(info scriptfs.Info) string {
	switch {
	case r.indicate == 0:
		return ""
	case info.Type == scriptfs.Directory:
		return "/"
	case r.indicate == 'p':
		return ""
	case info.Type == scriptfs.Symlink:
		return "@"
	case info.Type == scriptfs.FIFO:
		return "|"
	case info.Type == scriptfs.Regular && info.Mode&anyExec != 0:
		return "*"
	default:
		return ""
	}
}
