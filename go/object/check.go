package object

import (
	"fmt"
	"strings"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/store"
)

// maxPath is the largest number of bytes in the absolute path of a file, as
// on Linux.
const maxPath = 4096

// whiteout begins the names that delete something in a layer.
const whiteout = ".wh."

// checkPath refuses a path below the object that no layer can hold.
func checkPath(object store.Path, path string) error {
	if n := len(object) + 1 + len(path); n > maxPath {
		return fmt.Errorf("the path %q has %d bytes with the store path, at most %d are allowed", shorten(path), n, maxPath)
	}
	if path == "" {
		return nil
	}
	if path[0] == '/' {
		return fmt.Errorf("the path %q is absolute: it must be relative to the object", shorten(path))
	}
	for name := range strings.SplitSeq(path, "/") {
		switch {
		case name == "":
			return fmt.Errorf("the path %q has an empty component", shorten(path))
		case name == "." || name == "..":
			return fmt.Errorf("the path %q has a component %q", shorten(path), name)
		case len(name) > nar.MaxName:
			return fmt.Errorf("the path %q has a component of %d bytes, at most %d are allowed", shorten(path), len(name), nar.MaxName)
		case strings.HasPrefix(name, whiteout):
			return fmt.Errorf("a layer cannot hold %q: names that begin with %q mean deletions there: rename the file", shorten(path), whiteout)
		case strings.IndexByte(name, 0) >= 0:
			return fmt.Errorf("the path %q has a zero byte", shorten(path))
		}
	}
	return nil
}

// checkTarget refuses a link target that no file system can hold.
func checkTarget(path, target string) error {
	if target == "" || len(target) > nar.MaxTarget || strings.IndexByte(target, 0) >= 0 {
		return fmt.Errorf("the symlink %q has the target %q of %d bytes: 1 to %d are allowed, none of them zero",
			shorten(path), shorten(target), len(target), nar.MaxTarget)
	}
	return nil
}

// shorten cuts the middle out of a text that is too long for an error.
func shorten(s string) string {
	const keep = 80
	if len(s) <= 2*keep {
		return s
	}
	return s[:keep] + "…" + s[len(s)-keep:]
}
