package builtin

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// selectFiles reads from the options which files are searched and whether their names are written.
func (g *grep) selectFiles(o *options) error {
	w := &g.walk
	w.recursive, w.follow = o.has("r") || o.has("R"), o.last("r", "R") == "R"
	for _, option := range o.given {
		switch option.name {
		case "include":
			w.include = append(w.include, option.value)
		case "exclude":
			w.exclude = append(w.exclude, option.value)
		case "exclude-dir":
			w.withoutDirs = append(w.withoutDirs, strings.TrimRight(option.value, "/"))
		case "d":
			switch option.value {
			case "recurse":
				w.recursive = true
			case "skip":
				w.skipDirs = true
			case "read":
			default:
				return fmt.Errorf("invalid argument %s for '--directories'", quote(option.value))
			}
		}
	}
	switch o.last("h", "H") {
	case "H":
		g.mode.withName = true
	case "":
		g.mode.withName = len(o.args) > 1 || w.recursive && (len(o.args) == 0 || g.isDirectory(o.args[0]))
	}
	return nil
}

func (g *grep) isDirectory(name string) bool {
	info, err := g.FS.Stat(g.Path(name))
	return name != "-" && err == nil && info.Type == scriptfs.Directory
}

// operands are the files to search: standard input where none is named, or the working directory with -r.
func (g *grep) operands(o *options) []string {
	switch {
	case len(o.args) > 0:
		return o.args
	case g.walk.recursive:
		return []string{""}
	}
	return []string{"-"}
}

// fail reports a file that cannot be searched.
func (g *grep) fail(name string, err error) {
	g.failed = true
	if !g.mode.silent {
		g.Errorf("%s: %s", name, reason(err))
	}
}

// file searches a file or, with -r, a directory. named: it is an operand.
func (g *grep) file(name string, named bool) {
	if name == "-" && named {
		if err := g.search(g.mode.inputName, g.Stdin); err != nil && !readerGone(err) {
			g.fail(name, err)
		}
		return
	}
	info, err := g.FS.Stat(g.Path(cmp.Or(name, ".")))
	switch {
	case err != nil:
		g.fail(name, err)
		return
	case info.Type == scriptfs.Directory && g.walk.recursive:
		g.directory(name, info, named)
		return
	case info.Type == scriptfs.Directory && g.walk.skipDirs, !named && info.Type != scriptfs.Regular, g.excluded(name, named):
		return
	case info.Type == scriptfs.Directory:
		// It counts as a file without lines.
		g.fail(name, syscall.EISDIR)
		(&grepFile{grep: g, name: name}).summary()
		return
	}
	r, err := g.open(name)
	if err == nil {
		defer r.Close()
		err = g.search(name, r)
	}
	if err != nil && !readerGone(err) {
		g.fail(name, err)
	}
}

// directory searches the files of a directory. Links in it are followed with -R only.
func (g *grep) directory(name string, info scriptfs.Info, named bool) {
	w := &g.walk
	base := path.Base(strings.TrimRight(name, "/"))
	if name != "" && matchesAny(w.withoutDirs, base, name) {
		return
	}
	if slices.ContainsFunc(w.ancestors, func(a scriptfs.Info) bool { return a.Ino == info.Ino }) {
		g.Errorf("%s: warning: recursive directory loop", name)
		return
	}
	entries, err := g.FS.ReadDir(g.Path(cmp.Or(name, ".")))
	if err != nil {
		g.fail(name, err)
		return
	}
	w.ancestors = append(w.ancestors, info)
	for _, entry := range entries {
		if entry.Type == scriptfs.Symlink && !w.follow {
			continue
		}
		below := entry.Name
		if name != "" {
			below = strings.TrimSuffix(name, "/") + "/" + entry.Name
		}
		if g.file(below, false); g.mode.quiet && g.matched || g.out.broken() {
			break
		}
	}
	w.ancestors = w.ancestors[:len(w.ancestors)-1]
}

// excluded reports whether --include and --exclude leave a file out.
func (g *grep) excluded(name string, named bool) bool {
	base := path.Base(name)
	if matchesAny(g.walk.exclude, base, name) {
		return true
	}
	return len(g.walk.include) > 0 && !matchesAny(g.walk.include, base, name)
}

// matchesAny reports whether a file name pattern matches the last part of a name or the whole.
func matchesAny(patterns []string, base, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		return matchGlob(pattern, base, false) || matchGlob(pattern, name, false)
	})
}
