package builtin

import (
	"bytes"
	"fmt"
	"slices"
)

// diffText is a file that diff compares.
type diffText struct {
	lines  [][]byte
	ended  bool // the last line has an end
	binary bool
}

func (t *diffText) add(line []byte, ended bool) {
	t.lines = append(t.lines, bytes.Clone(line))
	t.ended = ended
	t.binary = t.binary || bytes.IndexByte(line, 0) >= 0
}

func (t *diffText) equal(u diffText) bool {
	return t.ended == u.ended && slices.EqualFunc(t.lines, u.lines, bytes.Equal)
}

// number gives equal lines of two files the same number; a last line without end is equal to none with one.
func (t *diffText) number(numbers map[string]int) []int {
	var all []int
	for i, line := range t.lines {
		key := string(line)
		if i < len(t.lines)-1 || t.ended {
			key += "\n"
		}
		n, ok := numbers[key]
		if !ok {
			n = len(numbers)
			numbers[key] = n
		}
		all = append(all, n)
	}
	return all
}

// write writes lines from one to another behind a mark.
func (t *diffText) write(out output, mark string, from, to int) {
	for i := from; i < to; i++ {
		out.WriteString(mark)
		out.line(t.lines[i], '\n')
		if i == len(t.lines)-1 && !t.ended {
			out.WriteString("\\ No newline at end of file\n")
		}
	}
}

// diffHunk says that lines a0 to a1 of the first file became b0 to b1 of the second, from 0 and without the last.
type diffHunk struct{ a0, a1, b0, b1 int }

// diffHunks lists the changes between two files, which are shown with so many lines around them.
func diffHunks(a, b diffText, context int) []diffHunk {
	numbers := map[string]int{}
	deleted, inserted := diffLines(a.number(numbers), b.number(numbers), context)
	var hunks []diffHunk
	for i, j := 0, 0; i < len(deleted) || j < len(inserted); {
		h := diffHunk{i, i, j, j}
		for h.a1 < len(deleted) && deleted[h.a1] {
			h.a1++
		}
		for h.b1 < len(inserted) && inserted[h.b1] {
			h.b1++
		}
		i, j = h.a1, h.b1
		if h.a0 == h.a1 && h.b0 == h.b1 {
			i, j = i+1, j+1
			continue
		}
		hunks = append(hunks, h)
	}
	return hunks
}

// writeNormal writes the format that diff has without options.
func writeNormal(out output, hunks []diffHunk, a, b diffText) {
	lines := func(from, to int) string {
		switch to - from {
		case 0:
			return fmt.Sprint(from)
		case 1:
			return fmt.Sprint(to)
		}
		return fmt.Sprintf("%d,%d", from+1, to)
	}
	for _, h := range hunks {
		letter := "c"
		switch {
		case h.a0 == h.a1:
			letter = "a"
		case h.b0 == h.b1:
			letter = "d"
		}
		fmt.Fprintf(out, "%s%s%s\n", lines(h.a0, h.a1), letter, lines(h.b0, h.b1))
		a.write(out, "< ", h.a0, h.a1)
		if letter == "c" {
			out.WriteString("---\n")
		}
		b.write(out, "> ", h.b0, h.b1)
	}
}

// writeUnified writes the format of -u, with so many lines around each change.
func writeUnified(out output, hunks []diffHunk, a, b diffText, context int) {
	span := func(from, to int) string {
		switch to - from {
		case 0:
			return fmt.Sprintf("%d,0", from)
		case 1:
			return fmt.Sprint(to)
		}
		return fmt.Sprintf("%d,%d", from+1, to-from)
	}
	for len(hunks) > 0 {
		n := 1
		for n < len(hunks) && hunks[n].a0-hunks[n-1].a1 <= 2*context {
			n++
		}
		before := min(context, hunks[0].a0)
		after := min(context, len(a.lines)-hunks[n-1].a1)
		at := hunks[0].a0 - before
		fmt.Fprintf(out, "@@ -%s +%s @@\n", span(at, hunks[n-1].a1+after), span(hunks[0].b0-before, hunks[n-1].b1+after))
		for _, h := range hunks[:n] {
			a.write(out, " ", at, h.a0)
			a.write(out, "-", h.a0, h.a1)
			b.write(out, "+", h.b0, h.b1)
			at = h.a1
		}
		a.write(out, " ", at, at+after)
		hunks = hunks[n:]
	}
}
