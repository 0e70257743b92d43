package builtin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// sorter is a parsed command line of sort.
type sorter struct {
	keys           []sortKey
	tab            int
	unique, stable bool
	reverse        bool // of the comparison of whole lines that settles equal keys
	end            byte
}

// runSort is sort: the lines of all files, in order. They are kept in memory.
func runSort(c *Context) int {
	o, err := parseOptions(c.Args, "b,ignore-leading-blanks", "d,dictionary-order", "f,ignore-case", "g,general-numeric-sort",
		"i,ignore-nonprinting", "M,month-sort", "h,human-numeric-sort", "n,numeric-sort", "r,reverse", "V,version-sort",
		"c", "check?", "C", "k,key=", "m,merge", "o,output=", "s,stable", "S,buffer-size=", "t,field-separator=", "T,temporary-directory=",
		"parallel=", "u,unique", "z,zero-terminated", "sort=")
	if err != nil {
		return c.usage(err)
	}
	s, err := newSorter(o)
	if err != nil {
		return c.usage(err)
	}
	if check := o.last("c", "C", "check"); check != "" {
		value, _ := o.value("check")
		return s.check(c, o.args, check == "C" || value == "quiet" || value == "silent")
	}
	var lines [][]byte
	var ends []int // where each file's lines end
	status := sortInputs(c, o.args).each(func(_ string, r io.Reader) error {
		var err error
		lines, err = readLines(lines, r, s.end)
		ends = append(ends, len(lines))
		return err
	})
	if status != 0 {
		return status
	}
	if o.has("m") {
		lines = s.merge(lines, ends)
	} else {
		slices.SortStableFunc(lines, s.compare)
	}
	to := c.Stdout
	if name, given := o.value("o"); given {
		file, err := c.FS.OpenFile(c.Path(name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666&^c.Umask)
		if err != nil {
			return c.Fail(2, "open failed: %s: %s", name, reason(err))
		}
		defer file.Close()
		to = file
	}
	into := *c
	into.Stdout = to
	out := into.newOutput()
	for i, line := range lines {
		if !s.unique || i == 0 || s.compare(lines[i-1], line) != 0 {
			out.line(line, s.end)
		}
	}
	if c.finish(out, 0) != 0 {
		return 2
	}
	return 0
}

func sortInputs(c *Context, names []string) inputs {
	return inputs{Context: c, names: names, cannot: "cannot read: %s: %s", broken: "read failed: %s: %s", failure: 2}
}

func newSorter(o *options) (*sorter, error) {
	s := &sorter{tab: -1, unique: o.has("u"), stable: o.has("s"), end: lineEnd(o.has("z"))}
	var all sortOrder
	for _, g := range o.given {
		letter := g.name
		if letter == "sort" {
			names := map[string]string{"general-numeric": "g", "human-numeric": "h", "month": "M", "numeric": "n", "version": "V"}
			if letter = names[g.value]; letter == "" {
				return nil, fmt.Errorf("invalid argument %s for '--sort'", quote(g.value))
			}
		}
		if len(letter) == 1 && strings.Contains("bdfgiMhnrV", letter) {
			all.set(letter[0], true, true)
		}
		if g.name == "k" {
			key, err := parseSortKey(g.value)
			if err != nil {
				return nil, err
			}
			s.keys = append(s.keys, key)
		}
	}
	s.reverse = all.reverse
	for i := range s.keys {
		if k := &s.keys[i]; !k.isSet() && !k.reverse {
			k.sortOrder = all
		}
	}
	if len(s.keys) == 0 && all.isSet() {
		s.keys = []sortKey{{sortOrder: all, endField: -1}}
	}
	for i := range s.keys {
		if err := s.keys[i].check(); err != nil {
			return nil, err
		}
	}
	return s, s.setTab(o)
}

func (s *sorter) setTab(o *options) error {
	for _, g := range o.given {
		if g.name != "t" {
			continue
		}
		tab := g.value
		switch {
		case tab == "":
			return errors.New("empty tab")
		case tab == `\0`:
			tab = "\x00"
		case len(tab) > 1:
			return fmt.Errorf("multi-character tab %s", quote(tab))
		}
		if s.tab >= 0 && s.tab != int(tab[0]) {
			return errors.New("incompatible tabs")
		}
		s.tab = int(tab[0])
	}
	return nil
}

// compare orders two lines.
func (s *sorter) compare(a, b []byte) int {
	for i := range s.keys {
		k := &s.keys[i]
		if order := k.compare(k.part(a, s.tab), k.part(b, s.tab)); order != 0 {
			return order
		}
	}
	if len(s.keys) > 0 && (s.unique || s.stable) {
		return 0
	}
	if s.reverse {
		return bytes.Compare(b, a)
	}
	return bytes.Compare(a, b)
}

// readLines appends the lines of a stream.
func readLines(lines [][]byte, r io.Reader, end byte) ([][]byte, error) {
	reader := newLineReader(r, end)
	var block []byte
	for {
		line, _, err := reader.next()
		if err == io.EOF {
			return lines, nil
		}
		if err != nil {
			return lines, err
		}
		if cap(block)-len(block) < len(line) {
			block = make([]byte, 0, max(streamBuffer, len(line)))
		}
		at := len(block)
		block = append(block, line...)
		lines = append(lines, block[at:len(block):len(block)])
	}
}

// merge brings files that are sorted each into one order.
func (s *sorter) merge(lines [][]byte, ends []int) [][]byte {
	starts := append([]int{0}, ends[:len(ends)-1]...)
	merged := make([][]byte, 0, len(lines))
	for len(merged) < len(lines) {
		least := -1
		for i, at := range starts {
			if at < ends[i] && (least < 0 || s.compare(lines[at], lines[starts[least]]) < 0) {
				least = i
			}
		}
		merged = append(merged, lines[starts[least]])
		starts[least]++
	}
	return merged
}

// check says whether a file is sorted.
func (s *sorter) check(c *Context, names []string, quiet bool) int {
	if len(names) > 1 {
		return c.Fail(2, "extra operand %s not allowed with -c", quote(names[1]))
	}
	disorder := 0
	status := sortInputs(c, names).each(func(name string, r io.Reader) error {
		reader := newLineReader(r, s.end)
		var last []byte
		for number := 1; ; number++ {
			line, _, err := reader.next()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if number > 1 {
				if order := s.compare(last, line); order > 0 || order == 0 && s.unique {
					disorder = 1
					if !quiet {
						c.Errorf("%s:%d: disorder: %s", name, number, line)
					}
					return nil
				}
			}
			last = append(last[:0], line...)
		}
	})
	return max(status, disorder)
}
