package builtin

import (
	"bytes"
	"fmt"
	"strconv"
)

// sedFlow is how a cycle goes on after a command.
type sedFlow uint8

const (
	flowNext    sedFlow = iota // the command that follows
	flowEnd                    // the end of the cycle, with its output
	flowDelete                 // the end of the cycle, without it
	flowRestart                // the cycle again, without it and without reading a line
)

// cycle runs the script for the pattern space.
func (s *sed) cycle() error {
	for {
		flow, err := s.pass()
		if err != nil {
			return err
		}
		if flow == flowEnd && !s.quiet {
			s.out.line(s.pattern, s.ended)
		}
		s.writeAppends()
		if flow != flowRestart {
			return nil
		}
	}
}

// pass goes through the script once.
func (s *sed) pass() (sedFlow, error) {
	for pc := 0; pc < len(s.commands); {
		c := s.commands[pc]
		pc++
		selected, err := s.selects(c)
		if err != nil {
			return flowEnd, err
		}
		if selected == c.negate {
			if c.name == '{' {
				pc = c.target
			}
			continue
		}
		switch c.name {
		case '{':
			continue
		case 'b':
			pc = c.target
			continue
		case 't', 'T':
			if s.replaced == (c.name == 't') {
				pc = c.target
			}
			s.replaced = false
			continue
		}
		flow, err := s.execute(c)
		if flow != flowNext || err != nil {
			return flow, err
		}
	}
	return flowEnd, nil
}

// execute runs one command.
func (s *sed) execute(c *sedCommand) (sedFlow, error) {
	switch c.name {
	case '=':
		s.out.begin()
		s.out.w.line([]byte(strconv.Itoa(s.number)), s.end)
	case 'a':
		s.appends = append(s.appends, sedAppend{text: c.text})
	case 'i':
		s.out.begin()
		s.out.w.Write(c.text)
	case 'c':
		if !c.active {
			s.out.begin()
			s.out.w.Write(c.text)
		}
		return flowDelete, nil
	case 'd':
		return flowDelete, nil
	case 'D':
		i := bytes.IndexByte(s.pattern, s.end)
		if i < 0 {
			return flowDelete, nil
		}
		s.pattern = append(s.pattern[:0], s.pattern[i+1:]...)
		return flowRestart, nil
	case 'F':
		s.out.begin()
		s.out.w.line([]byte(s.current), s.end)
	case 'g':
		s.pattern, s.ended = append(s.pattern[:0], s.hold...), s.holdEnded
	case 'G':
		s.pattern, s.ended = append(append(s.pattern, s.end), s.hold...), s.holdEnded
	case 'h':
		s.hold, s.holdEnded = append(s.hold[:0], s.pattern...), s.ended
	case 'H':
		s.hold, s.holdEnded = append(append(s.hold, s.end), s.pattern...), s.ended
	case 'x':
		s.pattern, s.hold = s.hold, s.pattern
		s.ended, s.holdEnded = s.holdEnded, s.ended
	case 'z':
		s.pattern = s.pattern[:0]
	case 'n', 'N':
		return s.more(c.name == 'N')
	case 'q', 'Q':
		return flowEnd, s.quit(c)
	default:
		return flowNext, s.write(c)
	}
	return flowNext, nil
}

// write runs the commands that change or write the pattern space.
func (s *sed) write(c *sedCommand) error {
	switch c.name {
	case 'l':
		s.list(c.number)
	case 'p':
		s.out.line(s.pattern, s.ended)
	case 'P':
		first, _, more := bytes.Cut(s.pattern, []byte{s.end})
		s.out.line(first, more || s.ended)
	case 'r':
		s.appends = append(s.appends, sedAppend{file: c.file, isFile: true})
	case 'R':
		s.appendFromFile(c.file)
	case 's':
		return s.substitute(c.subst)
	case 'w':
		s.files[c.file].line(s.pattern, s.ended)
	case 'W':
		first, _, more := bytes.Cut(s.pattern, []byte{s.end})
		s.files[c.file].line(first, more || s.ended)
	case 'y':
		for i, b := range s.pattern {
			s.pattern[i] = c.table[b]
		}
	}
	return nil
}

// more runs n and N: the next line takes the pattern space's place, or goes behind it. Without a next line the script ends.
func (s *sed) more(join bool) (sedFlow, error) {
	if s.isLast() {
		return flowEnd, nil
	}
	if join {
		s.pattern = append(s.pattern, s.end)
		s.writeAppends()
		s.appendLine()
		return flowNext, nil
	}
	if !s.quiet {
		s.out.line(s.pattern, s.ended)
	}
	s.writeAppends()
	s.readLine()
	return flowNext, nil
}

// quit runs q and Q.
func (s *sed) quit(c *sedCommand) error {
	if c.name == 'q' {
		if !s.quiet {
			s.out.line(s.pattern, s.ended)
		}
		s.writeAppends()
		s.out.begin()
	}
	return sedQuit(max(c.number, 0))
}

// substitute runs the command s.
func (s *sed) substitute(c *sedSubst) error {
	r, err := s.lastUsed(c.regex)
	if err != nil {
		return err
	}
	if c.groups > r.groups {
		return fmt.Errorf("invalid reference \\%d on `s' command's RHS", c.groups)
	}
	out, line := s.scratch[:0], s.pattern
	copied, matches, behind := 0, 0, -1 // behind: where the last match ended
	done := false
	for from := 0; from <= len(line) && (!done || c.global); {
		if s.caps = r.find(line, from, s.caps); s.caps == nil {
			break
		}
		start, end := s.caps[0], s.caps[1]
		if start == end && start == behind { // an empty match right behind another is none
			from = end + 1
			continue
		}
		behind, from = end, end
		if start == end {
			from++
		}
		if matches++; matches < c.nth {
			continue
		}
		out = append(out, line[copied:start]...)
		out = c.expand(out, line, s.caps)
		copied, done = end, true
	}
	if !done {
		return nil
	}
	out = append(out, line[copied:]...)
	s.pattern, s.scratch = out, s.pattern
	s.replaced = true
	if c.print {
		s.out.line(s.pattern, s.ended)
	}
	if c.file != "" {
		s.files[c.file].line(s.pattern, s.ended)
	}
	return nil
}

// list runs the command l: the pattern space without ambiguity, in lines of at most so many bytes.
func (s *sed) list(width int) {
	if width < 0 {
		width = s.width
	}
	s.out.begin()
	column := 0
	for _, b := range s.pattern {
		shown := sedVisible(b)
		if width > 0 && column+len(shown) > width-1 {
			s.out.w.WriteString("\\\n")
			column = 0
		}
		s.out.w.WriteString(shown)
		column += len(shown)
	}
	s.out.w.line([]byte("$"), s.end)
}

func sedVisible(b byte) string {
	switch {
	case b == '\\':
		return `\\`
	case b >= 7 && b <= 13:
		return []string{`\a`, `\b`, `\t`, `\n`, `\v`, `\f`, `\r`}[b-7]
	case b < 32 || b > 126:
		return `\` + strconv.FormatInt(1<<9|int64(b), 8)[1:]
	}
	return string(rune(b))
}
