package builtin

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// backupOptions are the options with which cp, install, ln and mv keep what they replace.
var backupOptions = []string{"b", "backup?", "S,suffix="}

// backups says how what is replaced is kept.
type backups struct {
	c *Context
	// method is "" for not at all, else "simple", "numbered" or "existing": numbered where there are numbered ones.
	method, suffix string
}

// newBackups reads the options and the variables that stand for them.
func newBackups(c *Context, o *options) (backups, error) {
	b := backups{c: c, suffix: "~"}
	if suffix := c.Getenv("SIMPLE_BACKUP_SUFFIX"); suffix != "" {
		b.suffix = suffix
	}
	if suffix, given := o.value("S"); given {
		b.suffix = suffix
	}
	if o.last("b", "backup", "S") == "" {
		return b, nil
	}
	if b.suffix == "" || strings.Contains(b.suffix, "/") {
		b.suffix = "~"
	}
	method, source := "", "--backup"
	if o.has("backup") {
		method, _ = o.value("backup")
	}
	if method == "" {
		method, source = c.Getenv("VERSION_CONTROL"), "$VERSION_CONTROL"
	}
	switch method {
	case "none", "off":
	case "simple", "never":
		b.method = "simple"
	case "numbered", "t":
		b.method = "numbered"
	case "", "existing", "nil":
		b.method = "existing"
	default:
		return b, fmt.Errorf("invalid argument %s for '%s': these are supported: none, off, simple, never, existing, nil, numbered, t",
			quote(method), source)
	}
	return b, nil
}

// wanted says whether anything is kept.
func (b backups) wanted() bool { return b.method != "" }

// keep gives the file at a path another name, which it returns.
func (b backups) keep(path string) (string, error) {
	trimmed := strings.TrimRight(path, "/")
	name := trimmed + b.suffix
	if b.method != "simple" {
		last, err := b.lastNumber(trimmed)
		if err != nil {
			return "", err
		}
		if last > 0 || b.method == "numbered" {
			name = fmt.Sprintf("%s.~%d~", trimmed, last+1)
		}
	}
	return name, b.c.FS.Rename(b.c.Path(trimmed), b.c.Path(name))
}

// lastNumber is the highest number of the backups of a file, 0 where there are none.
func (b backups) lastNumber(path string) (last int, err error) {
	members, err := b.c.FS.ReadDir(b.c.Path(dirName(path)))
	if err != nil {
		return 0, err
	}
	for _, m := range members {
		digits, numbered := strings.CutPrefix(m.Name, lastName(path)+".~")
		digits, ended := strings.CutSuffix(digits, "~")
		if !numbered || !ended || digits == "" {
			continue
		}
		if n, err := strconv.Atoi(digits); err == nil && digits[0] != '0' {
			last = max(last, n)
		}
	}
	return last, nil
}

// note is what -v shows of a backup.
func (b backups) note(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf(" (backup: %s)", quote(name))
}

// replaceable says whether a file may be kept under another name: directories stay.
func (b backups) replaceable(there scriptfs.Info) bool {
	return b.wanted() && there.Type != scriptfs.Directory
}
