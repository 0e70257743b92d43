package builtin

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// resolveMode says which parts of a path must be there.
type resolveMode int

const (
	// allButLast is readlink -f: the last name may be missing.
	allButLast resolveMode = iota
	// allThere is readlink -e.
	allThere
	// noneThere is readlink -m.
	noneThere
)

// resolveMissing resolves the links of a path of which any part may be missing.
func (c *Context) resolveMissing(p string) (string, error) { return c.resolve(p, noneThere) }

// maxLinks is how many symlinks one resolution follows.
const maxLinks = 40

// resolve returns the absolute path without ".", ".." and symlinks that a path seen from the working directory means.
func (c *Context) resolve(p string, mode resolveMode) (string, error) {
	if p == "" {
		return "", &fs.PathError{Op: "realpath", Path: p, Err: syscall.ENOENT}
	}
	at, links := "/", 0
	rest := c.Path(p)
	for rest = strings.TrimLeft(rest, "/"); rest != ""; {
		name, after, _ := strings.Cut(rest, "/")
		slash := len(rest) > len(name)
		rest = strings.TrimLeft(after, "/")
		switch name {
		case ".":
			continue
		case "..":
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, name)
		info, err := c.FS.Lstat(next)
		switch {
		case err == nil && info.Type == scriptfs.Symlink:
			if links++; links > maxLinks {
				if mode == noneThere {
					at = next
					continue
				}
				return "", &fs.PathError{Op: "realpath", Path: p, Err: syscall.ELOOP}
			}
			if strings.HasPrefix(info.Target, "/") {
				at = "/"
			}
			if slash {
				rest = info.Target + "/" + rest
			} else {
				rest = info.Target
			}
			rest = strings.TrimLeft(rest, "/")
			continue
		case mode == noneThere:
		case err != nil && (mode == allThere || rest != "" || !notExist(err)):
			return "", err
		case err == nil && info.Type != scriptfs.Directory && slash:
			return "", &fs.PathError{Op: "realpath", Path: p, Err: syscall.ENOTDIR}
		}
		at = next
	}
	return at, nil
}

// relativePath is the path that leads from a directory to a file, both absolute and without links.
func relativePath(dir, file string) string {
	from, to := splitNames(dir), splitNames(file)
	same := 0
	for same < len(from) && same < len(to) && from[same] == to[same] {
		same++
	}
	names := make([]string, 0, len(from)+len(to))
	for range from[same:] {
		names = append(names, "..")
	}
	names = append(names, to[same:]...)
	if len(names) == 0 {
		return "."
	}
	return strings.Join(names, "/")
}

// splitNames splits an absolute path without links into its names.
func splitNames(p string) []string {
	return strings.FieldsFunc(p, func(r rune) bool { return r == '/' })
}

func realpath(c *Context) int {
	o, err := parseOptions(c.Args, "e,canonicalize-existing", "m,canonicalize-missing", "s,strip,no-symlinks", "P,physical", "L,logical",
		"q,quiet", "z,zero", "relative-to=", "relative-base=")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	if len(o.args) == 0 {
		return c.Fail(1, "missing operand")
	}
	mode := map[string]resolveMode{"e": allThere, "m": noneThere, "": allButLast}[o.last("e", "m")]
	lexical := o.last("s", "P", "L") == "s"
	logical := o.last("s", "P", "L") == "L"
	resolve := func(p string) (string, error) {
		if logical {
			p = path.Clean(c.Path(p))
		}
		if !lexical {
			return c.resolve(p, mode)
		}
		return c.resolveLexically(p, mode)
	}
	show, err := relativeTo(o, resolve)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	ok := true
	for _, p := range o.args {
		resolved, err := resolve(p)
		if err != nil {
			if !o.has("q") {
				c.Errorf("%s: %s", showName(p), reason(err))
			}
			ok = false
			continue
		}
		c.Printf("%s%s", show(resolved), nameEnd(o))
	}
	return exitStatus(ok)
}

// relativeTo finds out how results are shown: as they are, or seen from the directories that the options name.
func relativeTo(o *options, resolve func(string) (string, error)) (show func(string) string, err error) {
	directory := func(name string) (string, bool, error) {
		text, given := o.value(name)
		if !given {
			return "", false, nil
		}
		resolved, err := resolve(text)
		if err != nil {
			return "", false, fmt.Errorf("%s: %s", showName(text), reason(err))
		}
		return resolved, true, nil
	}
	base, hasBase, err := directory("relative-base")
	if err != nil {
		return nil, err
	}
	to, hasTo, err := directory("relative-to")
	if err != nil {
		return nil, err
	}
	below := func(p string) bool { return p == base || base == "/" || strings.HasPrefix(p, base+"/") }
	switch {
	case hasTo && (!hasBase || below(to)):
	case hasBase && !hasTo:
		to = base
	default:
		return func(p string) string { return p }, nil
	}
	return func(p string) string {
		if hasBase && !below(p) {
			return p
		}
		return relativePath(to, p)
	}, nil
}

// resolveLexically removes "." and ".." without looking at links.
func (c *Context) resolveLexically(p string, mode resolveMode) (string, error) {
	if p == "" {
		return "", &fs.PathError{Op: "realpath", Path: p, Err: syscall.ENOENT}
	}
	at := "/"
	rest := c.Path(p)
	for rest = strings.TrimLeft(rest, "/"); rest != ""; rest = strings.TrimLeft(rest, "/") {
		var name string
		name, rest, _ = strings.Cut(rest, "/")
		switch name {
		case ".":
		case "..":
			// What ".." is taken off must be a directory.
			if _, err := c.FS.Stat(at + "/"); err != nil && mode != noneThere {
				return "", err
			}
			at = path.Dir(at)
		default:
			at = path.Join(at, name)
		}
	}
	named := at
	if strings.HasSuffix(p, "/") {
		named += "/"
	}
	if _, err := c.FS.Stat(named); err != nil && mode != noneThere && (mode == allThere || !errors.Is(err, syscall.ENOENT)) {
		return "", err
	}
	return at, nil
}

// showName shows a name at the beginning of a message, where GNU quotes only names that need it.
func showName(name string) string {
	if name == "" || strings.ContainsAny(name, " \t\n'\"\\$`*?[]&;|<>()!{}~#") || strings.IndexFunc(name, notPrintable) >= 0 {
		return quote(name)
	}
	return name
}
