package builtin

import (
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// unlink removes what is at a path. A symlink with a slash after it means a directory, but what would go is the link: an error.
func (c *Context) unlink(path string) error {
	if bare := strings.TrimRight(path, "/"); bare != path && bare != "" {
		if info, err := c.FS.Lstat(c.Path(bare)); err == nil && info.Type == scriptfs.Symlink {
			return syscall.ENOTDIR
		}
	}
	return c.FS.Remove(c.Path(path))
}

func unlink(c *Context) int {
	o, err := parseOptions(c.Args)
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	switch len(o.args) {
	case 0:
		return c.Fail(1, "missing operand")
	case 1:
	default:
		return c.Fail(1, "extra operand %s", quote(o.args[1]))
	}
	info, err := c.FS.Lstat(c.Path(o.args[0]))
	if err == nil && info.Type == scriptfs.Directory {
		err = syscall.EISDIR
	}
	if err == nil {
		err = c.unlink(o.args[0])
	}
	if err != nil {
		return c.Fail(1, "cannot unlink %s: %s", quote(o.args[0]), reason(err))
	}
	return 0
}

func link(c *Context) int {
	o, err := parseOptions(c.Args)
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	switch len(o.args) {
	case 0:
		return c.Fail(1, "missing operand")
	case 1:
		return c.Fail(1, "missing operand after %s", quote(o.args[0]))
	case 2:
	default:
		return c.Fail(1, "extra operand %s", quote(o.args[2]))
	}
	if err := c.FS.Link(c.Path(o.args[0]), c.Path(o.args[1])); err != nil {
		return c.Fail(1, "cannot create link %s to %s: %s", quote(o.args[1]), quote(o.args[0]), reason(err))
	}
	return 0
}
