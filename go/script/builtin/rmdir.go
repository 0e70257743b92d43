package builtin

import (
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

func rmdir(c *Context) int {
	o, err := parseOptions(c.Args, "p,parents", "v,verbose", "ignore-fail-on-non-empty")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	if len(o.args) == 0 {
		return c.Fail(1, "missing operand")
	}
	ok := true
	for _, path := range o.args {
		failure := "failed to remove"
		for {
			if o.has("v") {
				c.Printf("%s: removing directory, %s\n", c.Name(), quote(path))
			}
			if err := c.removeDirectory(path); err != nil {
				if !o.has("ignore-fail-on-non-empty") || reason(err) != errnoTexts[syscall.ENOTEMPTY] {
					c.Errorf("%s %s: %s", failure, quote(path), reason(err))
					ok = false
				}
				break
			}
			failure = "failed to remove directory"
			if path = strings.TrimRight(path, "/"); !o.has("p") || !strings.Contains(path, "/") {
				break
			}
			path = path[:strings.LastIndexByte(path, '/')]
			if trimmed := strings.TrimRight(path, "/"); trimmed != "" {
				path = trimmed
			} else {
				break
			}
		}
	}
	return exitStatus(ok)
}

// removeDirectory removes an empty directory and nothing else.
func (c *Context) removeDirectory(path string) error {
	info, err := c.FS.Lstat(c.Path(path))
	if err == nil && info.Type != scriptfs.Directory {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return err
	}
	return c.unlink(path)
}
