package builtin

import (
	"strconv"
	"strings"
)

// runSleep is sleep, which returns at once: nothing in a script's world changes by waiting.
func runSleep(c *Context) int {
	o, err := parseOptions(c.Args)
	if err != nil {
		return c.usage(err)
	}
	if len(o.args) == 0 {
		return c.Fail(1, "missing operand")
	}
	for _, text := range o.args {
		number := text
		if text != "" && strings.IndexByte("smhd", text[len(text)-1]) >= 0 {
			number = text[:len(text)-1]
		}
		if n, err := strconv.ParseFloat(number, 64); err != nil || n < 0 {
			return c.Fail(1, "invalid time interval %s", quote(text))
		}
	}
	return 0
}

// runWhich is which: says which commands there are. Those of this package have no path, so their names are written.
func runWhich(c *Context) int {
	o, err := parseOptions(c.Args, "a,all", "s")
	if err != nil {
		return c.usage(err)
	}
	status := 0
	for _, name := range o.args {
		found := c.findCommand(name)
		if found == "" {
			status = 1
		} else if !o.has("s") {
			c.Printf("%s\n", found)
		}
	}
	if len(o.args) == 0 {
		return 1
	}
	return status
}

// findCommand returns the name of a built-in command, or the path of a tool in PATH; "" when there is neither.
func (c *Context) findCommand(name string) string {
	if _, ok := Lookup(name); ok {
		return name
	}
	dirs := []string{""}
	if !strings.Contains(name, "/") {
		dirs = strings.Split(c.Getenv("PATH"), ":")
	}
	for _, dir := range dirs {
		path := name
		if dir != "" {
			path = strings.TrimSuffix(dir, "/") + "/" + name
		}
		if info, err := c.FS.Stat(c.Path(path)); err == nil && info.Mode&anyExec != 0 && !strings.HasSuffix(path, "/") {
			return path
		}
	}
	return ""
}
