package builtin

import (
	"bytes"
	"io"
)

// runComm is comm: what two sorted files have in common.
func runComm(c *Context) int {
	o, err := parseOptions(c.Args, "1", "2", "3", "check-order", "nocheck-order", "output-delimiter=", "z,zero-terminated")
	if err != nil {
		return c.usage(err)
	}
	switch {
	case len(o.args) == 0:
		return c.Fail(1, "missing operand")
	case len(o.args) == 1:
		return c.Fail(1, "missing operand after %s", quote(o.args[0]))
	case len(o.args) > 2:
		return c.Fail(1, "extra operand %s", quote(o.args[2]))
	}
	joint, given := o.value("output-delimiter")
	if !given {
		joint = "\t"
	}
	m := comparison{end: lineEnd(o.has("z")), out: c.newOutput(), check: !o.has("nocheck-order"), c: c}
	prefix := ""
	for i, option := range []string{"1", "2", "3"} {
		if m.shown[i] = !o.has(option); m.shown[i] {
			m.prefix[i] = prefix
			prefix += joint
		}
	}
	for i, name := range o.args {
		r, err := c.open(name)
		if err != nil {
			return c.Fail(1, "%s: %s", name, reason(err))
		}
		defer r.Close()
		m.sides[i].lines = newLineReader(r, m.end)
	}
	if err := m.run(); err != nil {
		return c.Fail(1, "%s", reason(err))
	}
	status := 0
	if m.disorder && (m.unpaired || o.has("check-order")) {
		status = c.Fail(1, "input is not in sorted order")
	}
	return c.finish(m.out, status)
}

// comparison is a run of comm.
type comparison struct {
	c        *Context
	sides    [2]commSide
	shown    [3]bool
	prefix   [3]string
	out      output
	end      byte
	check    bool
	disorder bool
	unpaired bool // a line of one file only was seen
}

// commSide is one of the files and its current line, which is nil at its end.
type commSide struct {
	lines    *lineReader
	current  []byte
	done     bool
	last     []byte
	reported bool
}

func (m *comparison) run() error {
	for i := range m.sides {
		if err := m.advance(i); err != nil {
			return err
		}
	}
	for !(m.sides[0].done && m.sides[1].done) && !m.out.broken() {
		column := 2
		switch {
		case m.sides[0].done:
			column = 1
		case m.sides[1].done:
			column = 0
		default:
			if order := bytes.Compare(m.sides[0].current, m.sides[1].current); order != 0 {
				column = (order + 1) / 2
			}
		}
		side := &m.sides[column%2]
		m.unpaired = m.unpaired || column < 2
		if m.shown[column] {
			m.out.WriteString(m.prefix[column])
			m.out.line(side.current, m.end)
		}
		for i := range m.sides {
			if column == 2 || column == i {
				if err := m.advance(i); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// advance reads the next line of a file, and reports once when the file is not sorted.
func (m *comparison) advance(i int) error {
	side := &m.sides[i]
	line, _, err := side.lines.next()
	if err == io.EOF {
		side.done = true
		return nil
	}
	if err != nil {
		return err
	}
	side.last, side.current = side.current, append(side.last[:0], line...)
	if m.check && side.last != nil && !side.reported && bytes.Compare(side.last, side.current) > 0 && m.unpaired {
		m.disorder, side.reported = true, true
		m.c.Errorf("file %d is not in sorted order", i+1)
	}
	return nil
}
