package object

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// outputFolder is in the path of all outputs. What is elsewhere is a file of a
// repository, which is its content even if it is a link.
const outputFolder = "bazel-out/"

// maxOutputLinks is how many links of Bazel's there may be before an output.
const maxOutputLinks = 40

// outputLink gives the target of an output that is a symbolic link with a text
// of its own (ctx.actions.declare_symlink), such as those in a virtual
// environment of Python or in node_modules. Bazel has no way to tell an action
// that it is one. The links that Bazel itself makes, in sandboxes, in runfiles
// and as outputs that are other files, are absolute, and none of them leads to
// what systemFile names; they are followed.
func outputLink(name string) (target string, ok bool, err error) {
	for range maxOutputLinks {
		if !strings.Contains(name, outputFolder) {
			return "", false, nil
		}
		info, err := os.Lstat(name)
		if err != nil {
			return "", false, err
		}
		if info.Mode().Type() != os.ModeSymlink {
			return "", false, nil
		}
		text, err := os.Readlink(name)
		if err != nil {
			return "", false, err
		}
		if !filepath.IsAbs(text) || systemFile(text) {
			return text, true, nil
		}
		name = text
	}
	return "", false, fmt.Errorf("%s: more than %d links one after the other", name, maxOutputLinks)
}

// systemFile says whether a path is that of a program or a library of the
// machine, where nobody has a workspace.
func systemFile(path string) bool {
	return slices.ContainsFunc([]string{"/bin/", "/lib/", "/lib64/", "/sbin/", "/usr/bin/", "/usr/lib/", "/usr/lib64/", "/usr/local/bin/", "/usr/sbin/"},
		func(dir string) bool { return strings.HasPrefix(path, dir) })
}
