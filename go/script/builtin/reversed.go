package builtin

import (
	"bytes"
	"io"
	"slices"
)

// runTac is tac: the lines of each file, the last one first. A file is kept in memory.
func runTac(c *Context) int {
	o, err := parseOptions(c.Args, "s,separator=", "b,before")
	if err != nil {
		return c.usage(err)
	}
	separator, given := o.value("s")
	if !given {
		separator = "\n"
	}
	if separator == "" {
		separator = "\x00"
	}
	out := c.newOutput()
	in := inputs{Context: c, names: o.args, cannot: "failed to open '%s' for reading: %s", broken: "%s: read error: %s"}
	status := in.each(func(_ string, r io.Reader) error {
		text, err := io.ReadAll(r)
		for _, record := range slices.Backward(records(text, []byte(separator), o.has("b"))) {
			out.Write(record)
		}
		return err
	})
	return c.finish(out, status)
}

// records splits a text behind each separator, or before it.
func records(text, separator []byte, before bool) [][]byte {
	var all [][]byte
	start := 0
	for from := 0; ; {
		i := bytes.Index(text[from:], separator)
		if i < 0 {
			break
		}
		cut := from + i
		from = cut + len(separator)
		if !before {
			cut = from
		}
		if cut > start || !before {
			all = append(all, text[start:cut])
		}
		start = cut
	}
	if start < len(text) {
		all = append(all, text[start:])
	}
	return all
}

// runRev is rev: each line backwards.
func runRev(c *Context) int {
	o, err := parseOptions(c.Args)
	if err != nil {
		return c.usage(err)
	}
	out := c.newOutput()
	status := inputs{Context: c, names: o.args, cannot: "cannot open %s: %s"}.each(func(_ string, r io.Reader) error {
		lines := newLineReader(r, '\n')
		for !out.broken() {
			line, ended, err := lines.next()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			backwards := bytes.Clone(line)
			slices.Reverse(backwards)
			out.Write(backwards)
			if ended {
				out.WriteByte('\n')
			}
		}
		return nil
	})
	return c.finish(out, status)
}
