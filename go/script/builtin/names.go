package builtin

import "strings"

func basename(c *Context) int {
	o, err := parseLeadingOptions(c.Args, "a,multiple", "s,suffix=", "z,zero")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	suffix, hasSuffix := o.value("s")
	names := o.args
	switch {
	case len(names) == 0:
		return c.Fail(1, "missing operand")
	case hasSuffix || o.has("a"):
	case len(names) > 2:
		return c.Fail(1, "extra operand %s", quote(names[2]))
	case len(names) == 2:
		names, suffix = names[:1], names[1]
	}
	for _, name := range names {
		last := lastName(name)
		if last != suffix && last != "/" {
			last = strings.TrimSuffix(last, suffix)
		}
		c.Printf("%s%s", last, nameEnd(o))
	}
	return 0
}

func dirname(c *Context) int {
	o, err := parseOptions(c.Args, "z,zero")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	if len(o.args) == 0 {
		return c.Fail(1, "missing operand")
	}
	for _, name := range o.args {
		c.Printf("%s%s", dirName(name), nameEnd(o))
	}
	return 0
}

// nameEnd is what ends a line of output: a newline, or a NUL with -z.
func nameEnd(o *options) string {
	if o.has("z") {
		return "\x00"
	}
	return "\n"
}

func pwd(c *Context) int {
	o, err := parseOptions(c.Args, "L,logical", "P,physical")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	dir := c.Getenv("PWD")
	if o.last("L", "P") != "L" || !c.isWorkingDirectory(dir) {
		if dir, err = c.FS.Realpath(c.Dir); err != nil {
			return c.Fail(1, "couldn't find the working directory: %s", reason(err))
		}
	}
	c.Printf("%s\n", dir)
	return 0
}

// isWorkingDirectory says whether a path, as PWD has it, names the working directory without "." and "..".
func (c *Context) isWorkingDirectory(path string) bool {
	if !strings.HasPrefix(path, "/") {
		return false
	}
	for name := range strings.SplitSeq(path, "/") {
		if name == "." || name == ".." {
			return false
		}
	}
	named, err := c.FS.Stat(path)
	if err != nil {
		return false
	}
	here, err := c.FS.Stat(c.Dir)
	return err == nil && here.Ino == named.Ino
}

func succeed(*Context) int { return 0 }

func fail(*Context) int { return 1 }
