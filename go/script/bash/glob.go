package bash

import (
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// glob gives the names of the files that a field matches, sorted by bytes. It
// is false if the field stays as it is.
func (sh *Shell) glob(f field) (names []string, ok bool, err error) {
	g := &globber{sh: sh, options: patternOptions{extended: sh.shopts["extglob"], fold: sh.shopts["nocaseglob"]}}
	sh.guard(func() { g.match("", f.pattern()) })
	sh.checkHost()
	if len(g.found) == 0 {
		switch {
		case sh.shopts["failglob"]:
			return nil, false, &expansionError{message: "no match: " + f.text(), status: 1}
		case sh.shopts["nullglob"]:
			return nil, true, nil
		}
		return nil, false, nil
	}
	slices.Sort(g.found)
	return slices.Compact(g.found), true, nil
}

type globber struct {
	sh      *Shell
	options patternOptions
	found   []string
}

// match adds the files below base, a path that ends in a slash or is empty,
// that a pattern matches.
func (g *globber) match(base, pattern string) {
	for strings.HasPrefix(pattern, "/") {
		base, pattern = base+"/", pattern[1:]
	}
	if pattern == "" {
		if info, err := g.sh.fs.Stat(g.sh.path(base)); err == nil && info.Type == scriptfs.Directory {
			g.found = append(g.found, base)
		}
		return
	}
	part, rest := cutSlash(pattern)
	if plain, ok := plainPattern(part, g.options); ok {
		if rest == "" {
			if _, err := g.sh.fs.Lstat(g.sh.path(base + plain)); err == nil {
				g.found = append(g.found, base+plain)
			}
			return
		}
		if info, err := g.sh.fs.Stat(g.sh.path(base + plain)); err == nil && info.Type == scriptfs.Directory {
			g.match(base+plain, rest)
		}
		return
	}
	if part == "**" && g.sh.shopts["globstar"] {
		g.deep(base, rest)
		return
	}
	for _, info := range g.list(base) {
		if !g.matches(part, info.Name) {
			continue
		}
		if rest == "" {
			g.found = append(g.found, base+info.Name)
		} else if g.isDir(base, info) {
			g.match(base+info.Name, rest)
		}
	}
}

// list is what is in a directory.
func (g *globber) list(base string) []scriptfs.Info {
	dir := base
	if dir == "" {
		dir = "."
	}
	list, err := g.sh.fs.ReadDir(g.sh.path(dir))
	if err != nil {
		return nil
	}
	return list
}

// isDir says whether an entry is a directory, or leads to one.
func (g *globber) isDir(base string, info scriptfs.Info) bool {
	if info.Type == scriptfs.Symlink {
		var err error
		if info, err = g.sh.fs.Stat(g.sh.path(base + info.Name)); err != nil {
			return false
		}
	}
	return info.Type == scriptfs.Directory
}

// matches says whether a name matches a pattern without slashes.
func (g *globber) matches(pattern, name string) bool {
	if name[0] == '.' && !strings.HasPrefix(pattern, ".") && !strings.HasPrefix(pattern, `\.`) {
		if !g.sh.shopts["dotglob"] {
			return false
		}
	}
	return g.options.matches(pattern, name)
}

// deep matches "**": every directory below base, and with nothing after it
// every file too.
func (g *globber) deep(base, rest string) {
	if rest == "" {
		if base != "" {
			g.found = append(g.found, base)
		}
	} else {
		g.match(strings.TrimSuffix(base, "/"), ifEmpty(base, rest))
	}
	for _, info := range g.list(base) {
		if info.Name[0] == '.' && !g.sh.shopts["dotglob"] {
			continue
		}
		isDir := info.Type == scriptfs.Directory
		switch {
		case isDir:
			if rest == "" {
				g.found = append(g.found, base+info.Name)
			}
			g.deeper(base+info.Name+"/", rest)
		case rest == "":
			g.found = append(g.found, base+info.Name)
		}
	}
}

// deeper is deep for a directory that is itself already found.
func (g *globber) deeper(base, rest string) {
	if rest != "" {
		g.deep(base, rest)
		return
	}
	for _, info := range g.list(base) {
		if info.Name[0] == '.' && !g.sh.shopts["dotglob"] {
			continue
		}
		g.found = append(g.found, base+info.Name)
		if info.Type == scriptfs.Directory {
			g.deeper(base+info.Name+"/", rest)
		}
	}
}

// ifEmpty is what is left of the pattern for a directory.
func ifEmpty(base, rest string) string {
	if base == "" {
		return strings.TrimLeft(rest, "/")
	}
	return rest
}

// cutSlash cuts a pattern at its first slash; the rest begins with it.
func cutSlash(pattern string) (part, rest string) {
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '/':
			return pattern[:i], pattern[i:]
		}
	}
	return pattern, ""
}

// plainPattern is the name that a pattern without wildcards stands for.
func plainPattern(pattern string, o patternOptions) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		switch {
		case c == '\\' && i+1 < len(pattern):
			i++
			c = pattern[i]
		case c == '*' || c == '?':
			return "", false
		case c == '[':
			if _, ok := bracketEnd(pattern[i:]); ok {
				return "", false
			}
		case o.extended && strings.IndexByte("+@!", c) >= 0 && i+1 < len(pattern) && pattern[i+1] == '(':
			return "", false
		case o.fold && lowerByte(c) != upperByte(c):
			return "", false
		}
		b.WriteByte(c)
	}
	return b.String(), true
}
