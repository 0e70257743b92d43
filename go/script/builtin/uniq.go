package builtin

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
)

// uniqRules say which lines uniq takes for equal and which it writes.
type uniqRules struct {
	count, repeated, single, all bool
	fold                         bool
	skipFields, skipBytes        int
	width                        int // bytes compared, -1 for all
	end                          byte
}

// runUniq is uniq: one of each run of equal lines.
func runUniq(c *Context) int {
	o, err := parseOptions(c.Args, "c,count", "d,repeated", "D,all-repeated", "f,skip-fields=", "i,ignore-case", "s,skip-chars=", "u,unique",
		"w,check-chars=", "z,zero-terminated")
	if err != nil {
		return c.usage(err)
	}
	u := uniqRules{count: o.has("c"), repeated: o.has("d"), single: o.has("u"), all: o.has("D"), fold: o.has("i"), width: -1,
		end: lineEnd(o.has("z"))}
	for _, n := range []struct {
		option, what string
		to           *int
	}{{"f", "fields to skip", &u.skipFields}, {"s", "bytes to skip", &u.skipBytes}, {"w", "bytes to compare", &u.width}} {
		if text, given := o.value(n.option); given {
			if *n.to, err = strconv.Atoi(text); err != nil || *n.to < 0 {
				return c.Fail(1, "%s: invalid number of %s", text, n.what)
			}
		}
	}
	if len(o.args) > 2 {
		return c.Fail(1, "extra operand %s", quote(o.args[2]))
	}
	if u.all && u.count {
		return c.Fail(1, "printing all duplicated lines and repeat counts is meaningless")
	}
	to := *c
	if len(o.args) == 2 && o.args[1] != "-" {
		file, err := c.FS.OpenFile(c.Path(o.args[1]), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666&^c.Umask)
		if err != nil {
			return c.Fail(1, "%s: %s", o.args[1], reason(err))
		}
		defer file.Close()
		to.Stdout = file
	}
	out := to.newOutput()
	status := inputs{Context: c, names: o.args[:min(len(o.args), 1)]}.each(func(_ string, r io.Reader) error { return u.filter(out, r) })
	return to.finish(out, status)
}

func (u *uniqRules) filter(out output, r io.Reader) error {
	lines := newLineReader(r, u.end)
	var first []byte
	run := 0
	for !out.broken() {
		line, _, err := lines.next()
		if err != nil && err != io.EOF {
			return err
		}
		if err == nil && run > 0 && bytes.Equal(u.key(first), u.key(line)) {
			if run++; u.all {
				if run == 2 {
					out.line(first, u.end)
				}
				out.line(line, u.end)
			}
			continue
		}
		if run > 0 {
			u.write(out, first, run)
		}
		if err == io.EOF {
			return nil
		}
		first, run = append(first[:0], line...), 1
	}
	return nil
}

// write writes what stands for a run of equal lines.
func (u *uniqRules) write(out output, line []byte, run int) {
	if u.all || u.repeated && run == 1 || u.single && run > 1 {
		return
	}
	if u.count {
		fmt.Fprintf(out, "%7d ", run)
	}
	out.line(line, u.end)
}

// key is what of a line is compared.
func (u *uniqRules) key(line []byte) []byte {
	at := 0
	for n := u.skipFields; n > 0 && at < len(line); n-- {
		for at < len(line) && (line[at] == ' ' || line[at] == '\t') {
			at++
		}
		for at < len(line) && line[at] != ' ' && line[at] != '\t' {
			at++
		}
	}
	key := line[min(len(line), at+u.skipBytes):]
	if u.width >= 0 {
		key = key[:min(len(key), u.width)]
	}
	if u.fold {
		key = lowerASCII(key)
	}
	return key
}
