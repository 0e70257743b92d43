package object

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// execroot is in the path of whatever Bazel's own links lead to: the links of a
// sandbox and of runfiles, and outputs that are links to other files.
const execroot = "/execroot/"

// outputFolder is in the path of all outputs. What is elsewhere is a file of a
// repository, which is its content even if it is a link.
const outputFolder = "bazel-out/"

// maxOutputLinks is how many links of Bazel's there may be before an output.
const maxOutputLinks = 40

// outputLink gives the target of an output that is a symbolic link with a text
// of its own (ctx.actions.declare_symlink), such as those in a virtual
// environment of Python or in node_modules. Bazel has no way to tell an action
// that it is one. Links that Bazel itself made are absolute and lead to its
// execution root, and are followed.
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
		if !filepath.IsAbs(text) || !strings.Contains(text, execroot) {
			return text, true, nil
		}
		name = text
	}
	return "", false, fmt.Errorf("%s: more than %d links one after the other", name, maxOutputLinks)
}
