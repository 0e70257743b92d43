package builtin

import (
	"io"
	"os"
)

// runTee is tee: copies the standard input to files and the standard output.
func runTee(c *Context) int {
	o, err := parseOptions(c.Args, "a,append", "i,ignore-interrupts", "p")
	if err != nil {
		return c.usage(err)
	}
	flag, status := os.O_TRUNC, 0
	if o.has("a") {
		flag = os.O_APPEND
	}
	type destination struct {
		name string
		io.Writer
	}
	to := []destination{{"standard output", c.Stdout}}
	for _, name := range o.args {
		file, err := c.FS.OpenFile(c.Path(name), os.O_WRONLY|os.O_CREATE|flag, 0o666&^c.Umask)
		if err != nil {
			status = c.Fail(1, "%s: %s", name, reason(err))
			continue
		}
		defer file.Close()
		to = append(to, destination{name, file})
	}
	buffer := make([]byte, streamBuffer)
	for {
		n, err := c.Stdin.Read(buffer)
		for i, d := range to {
			if d.Writer == nil {
				continue
			}
			if _, err := d.Write(buffer[:n]); readerGone(err) {
				return status
			} else if err != nil {
				to[i].Writer = nil
				status = c.Fail(1, "%s: %s", d.name, reason(err))
			}
		}
		if err == io.EOF {
			return status
		}
		if err != nil {
			return c.Fail(1, "read error: %s", reason(err))
		}
	}
}
