package bash

import "strings"

// piece is a part of a field: quoted pieces mean themselves.
type piece struct {
	text   string
	quoted bool
}

// field is a word after expansion.
type field []piece

// text is the field without its quotes.
func (f field) text() string {
	if len(f) == 1 {
		return f[0].text
	}
	var b strings.Builder
	for _, p := range f {
		b.WriteString(p.text)
	}
	return b.String()
}

// pattern is the field as a pattern in which what was quoted means itself.
func (f field) pattern() string {
	var b strings.Builder
	for _, p := range f {
		if p.quoted {
			escape(&b, p.text, `\*?[]!^-()|+@`)
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

// regex is the field as an extended regular expression in which what was
// quoted means itself.
func (f field) regex() string {
	var b strings.Builder
	for _, p := range f {
		if p.quoted {
			escape(&b, p.text, `\.[]()*+?{}|^$`)
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

// escape writes a text with a backslash before each of some bytes.
func escape(b *strings.Builder, text, special string) {
	for i := range len(text) {
		if strings.IndexByte(special, text[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(text[i])
	}
}

// hasGlob says whether the field is a pattern for file names.
func (f field) hasGlob(extended bool) bool {
	for i, p := range f {
		if p.quoted {
			continue
		}
		if strings.ContainsAny(p.text, "*?") {
			return true
		}
		if at := strings.IndexByte(p.text, '['); at >= 0 {
			rest := field{{p.text[at:], false}}
			if _, ok := bracketEnd(append(rest, f[i+1:]...).pattern()); ok {
				return true
			}
		}
		if extended && (strings.Contains(p.text, "+(") || strings.Contains(p.text, "@(") || strings.Contains(p.text, "!(")) {
			return true
		}
	}
	return false
}

// splitter collects the fields that words expand to.
type splitter struct {
	// separators is IFS.
	separators string
	// whole says that the result is one field whatever it has in it.
	whole bool

	fields  []field
	current field
	// active says that current will be a field even if it is empty.
	active bool
	// blank says that the last field was ended by blanks.
	blank bool
}

// literal adds text of the script that is not quoted.
func (s *splitter) literal(text string) {
	if text != "" {
		s.current = append(s.current, piece{text, false})
		s.active = true
	}
}

// quoted adds text that means itself; there is a field even if it is empty.
func (s *splitter) quoted(text string) {
	s.current = append(s.current, piece{text, true})
	s.active = true
}

// split adds what an expansion that is not quoted gave.
func (s *splitter) split(text string) {
	if s.whole {
		s.literal(text)
		return
	}
	begin := 0
	for i := range len(text) {
		c := text[i]
		if strings.IndexByte(s.separators, c) < 0 {
			continue
		}
		s.literal(text[begin:i])
		begin = i + 1
		blank := c == ' ' || c == '\t' || c == '\n'
		switch {
		case s.active:
			s.end()
			s.blank = blank
		case blank:
		case s.blank:
			// The blanks before it belong to this separator.
			s.blank = false
		default:
			s.active = true
			s.end()
			s.blank = false
		}
	}
	s.literal(text[begin:])
}

// end ends the current field, if there is one.
func (s *splitter) end() {
	if s.active {
		s.fields = append(s.fields, s.current)
	}
	s.current, s.active, s.blank = nil, false, false
}

// result is all fields.
func (s *splitter) result() []field {
	s.end()
	return s.fields
}

// one is all as one field.
func (s *splitter) one() field { return s.current }
