package builtin

func readlink(c *Context) int {
	o, err := parseOptions(c.Args, "f,canonicalize", "e,canonicalize-existing", "m,canonicalize-missing", "n,no-newline", "q,quiet", "s,silent",
		"v,verbose", "z,zero")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	if len(o.args) == 0 {
		return c.Fail(1, "missing operand")
	}
	how := o.last("f", "e", "m")
	mode := map[string]resolveMode{"f": allButLast, "e": allThere, "m": noneThere}[how]
	end := nameEnd(o)
	if o.has("n") {
		if len(o.args) > 1 {
			c.Errorf("ignoring --no-newline with multiple arguments")
		} else {
			end = ""
		}
	}
	ok := true
	for _, p := range o.args {
		var text string
		if how == "" {
			text, err = c.FS.Readlink(c.Path(p))
		} else {
			text, err = c.resolve(p, mode)
		}
		if err != nil {
			if o.last("v", "q", "s") == "v" {
				c.Errorf("%s: %s", showName(p), reason(err))
			}
			ok = false
			continue
		}
		c.Printf("%s%s", text, end)
	}
	return exitStatus(ok)
}
