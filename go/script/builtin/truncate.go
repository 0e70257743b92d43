package builtin

import (
	"os"
	"strings"
)

func truncate(c *Context) int {
	o, err := parseOptions(c.Args, "c,no-create", "r,reference=", "s,size=")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	text, hasSize := o.value("s")
	reference, hasReference := o.value("r")
	size := sizeChange{operator: '+'}
	switch {
	case !hasSize && !hasReference:
		return c.Fail(1, "you must specify either '--size' or '--reference'")
	case hasSize:
		var ok bool
		if size, ok = parseSizeChange(text); !ok {
			return c.Fail(1, "Invalid number: %s", quote(text))
		}
		if (size.operator == '/' || size.operator == '%') && size.n == 0 {
			return c.Fail(1, "division by zero")
		}
	}
	if hasSize && hasReference && size.operator == 0 {
		return c.Fail(1, "you must specify a relative '--size' with '--reference'")
	}
	if len(o.args) == 0 {
		return c.Fail(1, "missing file operand")
	}
	base := int64(-1)
	if hasReference {
		info, err := c.FS.Stat(c.Path(reference))
		if err != nil {
			return c.Fail(1, "cannot stat %s: %s", quote(reference), reason(err))
		}
		base = info.Size
	}
	ok := true
	for _, path := range o.args {
		ok = c.truncate(path, size, base, o.has("c")) && ok
	}
	return exitStatus(ok)
}

// truncate sets one file's size, which is changed from base, or from its own size where base is -1.
func (c *Context) truncate(path string, size sizeChange, base int64, noCreate bool) bool {
	flags := os.O_WRONLY | os.O_CREATE
	if noCreate {
		flags = os.O_WRONLY
	}
	file, err := c.FS.OpenFile(c.Path(path), flags, 0o666&^c.Umask)
	if err != nil {
		if noCreate && notExist(err) {
			return true
		}
		c.Errorf("cannot open %s for writing: %s", quote(path), reason(err))
		return false
	}
	defer file.Close()
	if base < 0 {
		info, err := file.Stat()
		if err != nil {
			c.Errorf("cannot fstat %s: %s", quote(path), reason(err))
			return false
		}
		base = info.Size
	}
	if err := c.FS.Truncate(c.Path(path), size.apply(base)); err != nil {
		c.Errorf("failed to truncate %s at %d bytes: %s", quote(path), size.apply(base), reason(err))
		return false
	}
	return true
}

// sizeChange is a size argument: a size, or with an operator what to do to one.
type sizeChange struct {
	operator byte
	n        int64
}

// parseSizeChange parses "5", "+5", "-5", "<5" (at most), ">5" (at least), "/5" (rounded down) and "%5" (rounded up), with a unit.
func parseSizeChange(text string) (sizeChange, bool) {
	var s sizeChange
	if text != "" && strings.IndexByte("+-<>/%", text[0]) >= 0 {
		s.operator, text = text[0], text[1:]
	}
	if strings.HasSuffix(text, "b") {
		return s, false
	}
	n, ok := parseSize(text)
	s.n = n
	return s, ok
}

func (s sizeChange) apply(size int64) int64 {
	switch s.operator {
	case '+':
		return size + s.n
	case '-':
		return max(0, size-s.n)
	case '<':
		return min(size, s.n)
	case '>':
		return max(size, s.n)
	case '/':
		return size / s.n * s.n
	case '%':
		return (size + s.n - 1) / s.n * s.n
	default:
		return s.n
	}
}
