package builtin

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// numbering is how nl numbers lines.
type numbering struct {
	styles        map[string]*regex // by section; see style
	all, nonEmpty map[string]bool
	number, step  int64
	start         int64
	width         int
	separator     string
	left, zeros   bool
	delimiter     string
	keep          bool // numbers go on at new pages
	join, joined  int64
	section       string
}

// Sections of a page.
const (
	nlHeader = "h"
	nlBody   = "b"
	nlFooter = "f"
)

// runNl is nl: numbers lines.
func runNl(c *Context) int {
	o, err := parseOptions(c.Args, "b,body-numbering=", "h,header-numbering=", "f,footer-numbering=", "v,starting-line-number=",
		"i,line-increment=", "w,number-width=", "s,number-separator=", "n,number-format=", "d,section-delimiter=", "p,no-renumber",
		"l,join-blank-lines=")
	if err != nil {
		return c.usage(err)
	}
	n, err := newNumbering(o)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	out := c.newOutput()
	status := inputs{Context: c, names: o.args}.each(func(_ string, r io.Reader) error {
		lines := newLineReader(r, '\n')
		for !out.broken() {
			line, _, err := lines.next()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			n.line(out, line)
		}
		return nil
	})
	return c.finish(out, status)
}

func newNumbering(o *options) (*numbering, error) {
	n := &numbering{styles: map[string]*regex{}, all: map[string]bool{}, nonEmpty: map[string]bool{nlBody: true}, number: 1, step: 1, start: 1,
		width: 6, separator: "\t", delimiter: `\:`, keep: o.has("p"), join: 1, section: nlBody}
	for _, section := range []string{nlHeader, nlBody, nlFooter} {
		style, given := o.value(section)
		if !given {
			continue
		}
		n.nonEmpty[section], n.all[section] = style == "t", style == "a"
		switch {
		case strings.HasPrefix(style, "p"):
			r, err := compileRegex(regexOptions{}, style[1:])
			if err != nil {
				return nil, err
			}
			n.styles[section] = r
		case style != "a" && style != "t" && style != "n":
			name := map[string]string{nlHeader: "header", nlBody: "body", nlFooter: "footer"}[section]
			return nil, fmt.Errorf("invalid %s numbering style: %s", name, quote(style))
		}
	}
	var width int64 = 6
	for _, number := range []struct {
		option, what string
		least        int64
		to           *int64
	}{
		{"v", "starting line number", -1 << 62, &n.start}, {"i", "line number increment", -1 << 62, &n.step},
		{"l", "number of blank lines", 1, &n.join}, {"w", "line number field width", 1, &width},
	} {
		text, given := o.value(number.option)
		if !given {
			continue
		}
		value, err := strconv.ParseInt(text, 10, 64)
		if err != nil || value < number.least {
			return nil, fmt.Errorf("invalid %s: %s", number.what, quote(text))
		}
		*number.to = value
	}
	n.width, n.number = int(min(width, 1<<10)), n.start
	return n, n.setLooks(o)
}

// setLooks reads how numbers look.
func (n *numbering) setLooks(o *options) error {
	if text, given := o.value("s"); given {
		n.separator = text
	}
	if text, given := o.value("d"); given {
		if n.delimiter = text; len(text) == 1 {
			n.delimiter += ":"
		}
	}
	if format, given := o.value("n"); given {
		switch format {
		case "ln":
			n.left = true
		case "rn":
		case "rz":
			n.zeros = true
		default:
			return fmt.Errorf("invalid line numbering format: %s", quote(format))
		}
	}
	if len(n.delimiter) > 2 {
		return errors.New("option '-d': a delimiter of more than two characters is not supported")
	}
	return nil
}

func (n *numbering) line(out output, line []byte) {
	text := string(line)
	for times, section := range []string{nlFooter, nlBody, nlHeader} {
		if n.delimiter != "" && text == strings.Repeat(n.delimiter, times+1) {
			if n.section = section; section == nlHeader && !n.keep {
				n.number = n.start
			}
			n.joined = 0
			out.WriteByte('\n')
			return
		}
	}
	if !n.numbered(line) {
		out.WriteString(strings.Repeat(" ", n.width+len(n.separator)))
		out.line(line, '\n')
		return
	}
	switch {
	case n.left:
		fmt.Fprintf(out, "%-*d", n.width, n.number)
	case n.zeros:
		fmt.Fprintf(out, "%0*d", n.width, n.number)
	default:
		fmt.Fprintf(out, "%*d", n.width, n.number)
	}
	out.WriteString(n.separator)
	out.line(line, '\n')
	n.number += n.step
}

// numbered reports whether a line gets a number.
func (n *numbering) numbered(line []byte) bool {
	switch {
	case n.all[n.section]:
		if len(line) > 0 || n.join == 1 {
			n.joined = 0
			return true
		}
		n.joined++
		if n.joined == n.join {
			n.joined = 0
			return true
		}
		return false
	case n.nonEmpty[n.section]:
		return len(line) > 0
	case n.styles[n.section] != nil:
		return n.styles[n.section].matches(line)
	}
	return false
}
