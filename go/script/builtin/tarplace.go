package builtin

import (
	"errors"
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

func hasDotDot(name string) bool { return strings.Contains("/"+name+"/", "/../") }

// stripComponents takes off the first components of a name; "" if there are no more.
func stripComponents(name string, n int) string {
	for ; n > 0; n-- {
		i := strings.IndexByte(name, '/')
		if i < 0 {
			return ""
		}
		name = strings.TrimLeft(name[i:], "/")
	}
	return name
}

// throughLink is the symlink that a member's name or its hard link's target would follow out of the directory, "" if there is none.
func (x *tarExtractor) throughLink(m tarMember) string {
	names := []string{m.name}
	if m.kind == tarHardLink {
		names = append(names, m.link)
	}
	for _, name := range names {
		path := ""
		parts := strings.FieldsFunc(name, func(r rune) bool { return r == '/' })
		for i, part := range parts {
			if part == "." {
				continue
			}
			path += "/" + part
			if target, ok := x.outward[path]; ok && i < len(parts)-1 {
				return shownName(path[1:]) + " -> " + shownName(target)
			}
		}
	}
	return ""
}

// remove removes what is in a member's place, unless it is a directory with files.
func (x *tarExtractor) remove(path string) error {
	err := x.c.FS.Remove(path)
	if errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, syscall.EISDIR) {
		return syscall.EEXIST
	}
	return err
}

func cleanMember(name string) string {
	clean := ""
	for part := range strings.SplitSeq(name, "/") {
		if part != "" && part != "." {
			clean += "/" + part
		}
	}
	return clean
}

func (x *tarExtractor) sameInode(there scriptfs.Info, target string) bool {
	info, err := x.c.FS.Lstat(x.dir.Path(target))
	return err == nil && info.Ino == there.Ino
}

// makeParents makes the directories above a member that have no member of their own.
func (x *tarExtractor) makeParents(path string) error {
	for i := 1; i < len(path); i++ {
		if path[i] != '/' {
			continue
		}
		if _, err := x.c.FS.Stat(path[:i]); notExist(err) {
			if err := x.c.FS.Mkdir(path[:i], 0o777&^x.c.Umask); err != nil {
				return err
			}
		}
	}
	return nil
}
