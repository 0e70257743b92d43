package builtin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// cutter is what cut takes of each line.
type cutter struct {
	ranges []cutRange
	fields bool
	delim  byte
	only   bool // lines without a delimiter are left out
	joint  []byte
	joined bool // joint stands between ranges of bytes too
	end    byte
}

// cutRange is a range of positions from 1 on, both included.
type cutRange struct{ from, to int }

// runCut is cut: parts of each line.
func runCut(c *Context) int {
	o, err := parseOptions(c.Args, "b,bytes=", "c,characters=", "f,fields=", "d,delimiter=", "s,only-delimited", "n", "complement",
		"output-delimiter=", "z,zero-terminated")
	if err != nil {
		return c.usage(err)
	}
	cut, err := newCutter(o)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	out := c.newOutput()
	status := inputs{Context: c, names: o.args}.each(func(_ string, r io.Reader) error {
		lines := newLineReader(r, cut.end)
		for !out.broken() {
			line, _, err := lines.next()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if cut.fields {
				cut.takeFields(out, line)
			} else {
				cut.takeBytes(out, line)
			}
		}
		return nil
	})
	return c.finish(out, status)
}

func newCutter(o *options) (*cutter, error) {
	lists := o.count("b") + o.count("c") + o.count("f")
	kind := o.last("b", "c", "f")
	list, _ := o.value(kind)
	switch {
	case lists == 0:
		return nil, errors.New("you must specify a list of bytes, characters, or fields")
	case lists > 1:
		return nil, errors.New("only one list may be specified")
	}
	cut := &cutter{fields: kind == "f", delim: '\t', only: o.has("s"), end: lineEnd(o.has("z"))}
	delim, given := o.value("d")
	switch {
	case given && !cut.fields:
		return nil, errors.New("an input delimiter may be specified only when operating on fields")
	case cut.only && !cut.fields:
		return nil, errors.New("suppressing non-delimited lines makes sense\n\tonly when operating on fields")
	case len(delim) > 1:
		return nil, errors.New("the delimiter must be a single character")
	case given && delim == "":
		cut.delim = 0
	case given:
		cut.delim = delim[0]
	}
	if cut.fields && cut.delim == cut.end {
		return nil, errors.New("option '-d': a delimiter that ends lines is not supported")
	}
	joint, joined := o.value("output-delimiter")
	cut.joint, cut.joined = []byte{cut.delim}, joined
	if joined {
		cut.joint = []byte(joint)
	}
	var err error
	if cut.ranges, err = parseCutList(list, cut.fields); err != nil {
		return nil, err
	}
	if o.has("complement") {
		cut.ranges = complementRanges(cut.ranges)
	}
	return cut, nil
}

// parseCutList reads "1,3-5,7-": sorted, and ranges that overlap made one.
func parseCutList(list string, fields bool) ([]cutRange, error) {
	unit := "byte/character position"
	if fields {
		unit = "field"
	}
	var ranges []cutRange
	for item := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
		low, high, isRange := strings.Cut(item, "-")
		r := cutRange{1, math.MaxInt}
		bad := low == "" && high == ""
		for _, end := range []struct {
			text string
			to   *int
		}{{low, &r.from}, {high, &r.to}} {
			if end.text == "" {
				continue
			}
			n, err := strconv.Atoi(end.text)
			if err != nil || end.text[0] == '+' || end.text[0] == '-' {
				return nil, fmt.Errorf("invalid %s value %s", unit, quote(end.text))
			}
			*end.to = n
		}
		switch {
		case bad && isRange:
			return nil, errors.New("invalid range with no endpoint: -")
		case !isRange:
			r.to = r.from
		}
		if r.from == 0 || r.to == 0 {
			return nil, fmt.Errorf("%ss are numbered from 1", unit)
		}
		if r.to < r.from {
			return nil, errors.New("invalid decreasing range")
		}
		ranges = append(ranges, r)
	}
	if len(ranges) == 0 {
		return nil, fmt.Errorf("%ss are numbered from 1", unit)
	}
	slices.SortFunc(ranges, func(a, b cutRange) int { return a.from - b.from })
	merged := ranges[:1]
	for _, r := range ranges[1:] {
		if last := &merged[len(merged)-1]; r.from <= last.to {
			last.to = max(last.to, r.to)
		} else {
			merged = append(merged, r)
		}
	}
	return merged, nil
}

func complementRanges(ranges []cutRange) []cutRange {
	var rest []cutRange
	next := 1
	for _, r := range ranges {
		if r.from > next {
			rest = append(rest, cutRange{next, r.from - 1})
		}
		if r.to == math.MaxInt {
			return rest
		}
		next = r.to + 1
	}
	return append(rest, cutRange{next, math.MaxInt})
}

func (cut *cutter) takeBytes(out output, line []byte) {
	first := true
	for _, r := range cut.ranges {
		if r.from > len(line) {
			break
		}
		if !first && cut.joined {
			out.Write(cut.joint)
		}
		first = false
		out.Write(line[r.from-1 : min(r.to, len(line))])
	}
	out.WriteByte(cut.end)
}

func (cut *cutter) takeFields(out output, line []byte) {
	if bytes.IndexByte(line, cut.delim) < 0 {
		if !cut.only {
			out.line(line, cut.end)
		}
		return
	}
	first, ranges := true, cut.ranges
	for number := 1; len(ranges) > 0; number++ {
		field, rest, more := bytes.Cut(line, []byte{cut.delim})
		if number >= ranges[0].from {
			if !first {
				out.Write(cut.joint)
			}
			first = false
			out.Write(field)
			if number == ranges[0].to {
				ranges = ranges[1:]
			}
		}
		if !more {
			break
		}
		line = rest
	}
	out.WriteByte(cut.end)
}
