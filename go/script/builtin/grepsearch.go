package builtin

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
)

// grepFile is the search of one file.
type grepFile struct {
	*grep
	name     string
	binary   bool
	selected int64
	before   []grepLine // lines that may turn out to be context
	after    int64      // lines of context still to write
	gap      bool       // lines were left out since
	caps     []int
}

// grepLine is a line of context.
type grepLine struct {
	text       []byte
	number, at int64
}

// binarySample is how much of a file's beginning decides whether it is binary.
const binarySample = 1 << 15

// search searches a stream.
func (g *grep) search(name string, r io.Reader) error {
	lines := newLineReader(r, g.mode.end)
	f := &grepFile{grep: g, name: name, gap: true}
	sample, err := lines.stream.Peek(binarySample)
	if err != nil && err != io.EOF {
		return err
	}
	f.binary = f.isBinary(sample)
	if f.binary && g.mode.skipBinary {
		return nil
	}
	lines.zeros = f.binary // so that lines stay short
	stop := false
	number, at := int64(1), int64(0)
	for ; !stop && !g.out.broken(); number++ {
		text, ended, err := lines.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		f.binary = f.binary || f.isBinary(text)
		line := grepLine{text, number, at}
		if at += int64(len(text)); ended {
			at++
		}
		stop = f.line(line)
	}
	if f.after > 0 && stop && f.selected > 0 {
		if err := f.rest(lines, number, at); err != nil {
			return err
		}
	}
	f.summary()
	return nil
}

func (f *grepFile) isBinary(text []byte) bool {
	return !f.mode.text && f.mode.end != 0 && bytes.IndexByte(text, 0) >= 0
}

// listing reports whether lines themselves are written.
func (f *grepFile) listing() bool {
	return !f.mode.quiet && !f.mode.count && !f.mode.names && !f.mode.namesWithout
}

// line handles one line and reports whether the file need not be read on.
func (f *grepFile) line(line grepLine) (stop bool) {
	if f.regex.matches(line.text) == f.mode.invert {
		f.context(line)
		return false
	}
	f.selected++
	if f.listing() && !f.binary {
		f.write(line)
	}
	return !f.mode.count && (!f.listing() || f.binary) || f.selected == f.mode.max
}

// context handles a line that is not selected.
func (f *grepFile) context(line grepLine) {
	if !f.listing() || f.binary {
		return
	}
	switch {
	case f.after > 0:
		f.after--
		f.printContext(line)
	case f.mode.before > 0:
		if int64(len(f.before)) == f.mode.before {
			f.gap = true
			oldest := f.before[0].text[:0]
			copy(f.before, f.before[1:])
			f.before = f.before[:len(f.before)-1]
			line.text = append(oldest, line.text...)
		} else {
			line.text = bytes.Clone(line.text)
		}
		f.before = append(f.before, line)
	default:
		f.gap = true
	}
}

// rest writes the context behind the last line that -m allows, whether or not more lines match.
func (f *grepFile) rest(lines *lineReader, number, at int64) error {
	for ; f.after > 0; number++ {
		text, _, err := lines.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		f.context(grepLine{text, number, at})
		at += int64(len(text)) + 1
	}
	return nil
}

// write writes a selected line, with the context before it.
func (f *grepFile) write(line grepLine) {
	if f.mode.only && f.mode.invert {
		return
	}
	if f.mode.context && f.gap && f.grep.walk.written && !f.mode.noSeparator {
		f.out.WriteString(f.mode.separator)
		f.out.WriteByte('\n')
	}
	f.grep.walk.written = true
	for _, l := range f.before {
		f.printContext(l)
	}
	f.before, f.gap = f.before[:0], false
	f.after = f.mode.after
	if f.mode.only {
		f.parts(line)
	} else {
		f.print(line, ':')
	}
}

// printContext prints a line of context; with -o lines of context only decide where separators stand.
func (f *grepFile) printContext(line grepLine) {
	if !f.mode.only {
		f.print(line, '-')
	}
}

// parts writes the matches of a line, without the empty ones.
func (f *grepFile) parts(line grepLine) {
	for from := 0; from <= len(line.text); {
		f.caps = f.regex.find(line.text, from, f.caps)
		if f.caps == nil {
			return
		}
		start, end := f.caps[0], f.caps[1]
		if start == end {
			from = end + 1
			continue
		}
		f.print(grepLine{line.text[start:end], line.number, line.at + int64(start)}, ':')
		from = end
	}
}

// print writes a line with what the options put before it.
func (f *grepFile) print(line grepLine, mark byte) {
	if f.mode.withName {
		f.nameMark(mark)
	}
	if f.mode.numbers {
		f.out.WriteString(strconv.FormatInt(line.number, 10))
		f.out.WriteByte(mark)
	}
	if f.mode.offsets {
		f.out.WriteString(strconv.FormatInt(line.at, 10))
		f.out.WriteByte(mark)
	}
	f.out.line(line.text, f.mode.end)
}

func (f *grepFile) nameMark(mark byte) {
	if f.mode.zeroNames {
		mark = 0
	}
	f.out.line([]byte(f.name), mark)
}

// summary writes what comes once for a file.
func (f *grepFile) summary() {
	f.grep.matched = f.grep.matched || f.selected > 0
	if f.mode.quiet {
		return
	}
	if f.mode.count && !f.mode.names && !f.mode.namesWithout {
		if f.mode.withName {
			f.nameMark(':')
		}
		fmt.Fprintf(f.out, "%d\n", f.selected)
	}
	if f.mode.names && f.selected > 0 || f.mode.namesWithout && f.selected == 0 {
		f.nameMark('\n')
	}
	if f.binary && f.selected > 0 && f.listing() {
		f.Errorf("%s: binary file matches", f.name)
	}
}
