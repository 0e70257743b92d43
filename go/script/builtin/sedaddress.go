package builtin

import "strings"

// addresses reads none, one or two addresses.
func (p *sedParser) addresses(c *sedCommand) error {
	var err error
	if c.from, err = p.address(); err != nil || c.from == nil {
		return err
	}
	if c.from.kind == addressPlus || c.from.kind == addressMultiple {
		return p.fail("invalid usage of +N or ~N as first address")
	}
	p.blanks()
	if p.peek() == ',' {
		p.pos++
		p.blanks()
		if c.to, err = p.address(); err != nil {
			return err
		}
		if c.to == nil {
			return p.fail("unexpected `,'")
		}
	}
	if c.from.kind == addressLine && c.from.line == 0 && (c.to == nil || c.to.kind != addressRegex) {
		return p.fail("invalid usage of line address 0")
	}
	return nil
}

// address reads one address, nil where none is.
func (p *sedParser) address() (*sedAddress, error) {
	switch b := p.peek(); {
	case p.atEnd():
		return nil, nil
	case b == '/', b == '\\':
		p.pos++
		if b == '\\' {
			var ok bool
			if b, ok = p.next(); !ok || b == '\n' || b == '\\' {
				return nil, p.fail("unterminated address regex")
			}
		}
		pattern, ok := p.delimited(b, true)
		if !ok {
			return nil, p.fail("unterminated address regex")
		}
		o := regexOptions{}
		for strings.IndexByte("IM", p.peek()) >= 0 && !p.atEnd() {
			o.fold, o.multiline = o.fold || p.peek() == 'I', o.multiline || p.peek() == 'M'
			p.pos++
		}
		r, err := p.regex(pattern, o)
		return &sedAddress{kind: addressRegex, regex: r}, err
	case b == '$':
		p.pos++
		return &sedAddress{kind: addressLast}, nil
	case b == '+', b == '~':
		p.pos++
		n, ok := p.number()
		if !ok {
			return nil, p.fail("expected a number after `%c'", b)
		}
		if b == '+' {
			return &sedAddress{kind: addressPlus, line: n}, nil
		}
		return &sedAddress{kind: addressMultiple, line: n}, nil
	case isDigit(b):
		line, _ := p.number()
		p.blanks()
		if p.peek() != '~' {
			return &sedAddress{kind: addressLine, line: line}, nil
		}
		p.pos++
		step, _ := p.number()
		if step == 0 {
			return &sedAddress{kind: addressLine, line: line}, nil
		}
		return &sedAddress{kind: addressStep, line: line, step: step}, nil
	}
	return nil, nil
}

// regex compiles a pattern; nil for an empty one, which stands for the one used last.
func (p *sedParser) regex(pattern string, o regexOptions) (*regex, error) {
	if pattern == "" {
		if o != (regexOptions{}) {
			return nil, p.fail("no previous regular expression can have modifiers")
		}
		return nil, nil
	}
	o.extended, o.zeroLines = p.extended, p.zero
	r, err := compileRegex(o, pattern)
	if err != nil {
		return nil, p.fail("%v", err)
	}
	return r, nil
}

// matchesLine reports whether an address names the current line.
func (s *sed) matchesLine(a *sedAddress) (bool, error) {
	switch a.kind {
	case addressLine:
		return s.number == a.line, nil
	case addressStep:
		return s.number >= a.line && (s.number-a.line)%a.step == 0, nil
	case addressLast:
		return s.isLast(), nil
	case addressRegex:
		r, err := s.lastUsed(a.regex)
		return err == nil && r.matches(s.pattern), err
	}
	return false, nil
}

// selects reports whether a command is for the current line, and keeps track of its range.
func (s *sed) selects(c *sedCommand) (bool, error) {
	switch {
	case c.from == nil:
		return true, nil
	case c.to == nil:
		return s.matchesLine(c.from)
	case c.closed:
		return false, nil
	case c.active:
		return s.goesOn(c)
	}
	begins, err := s.matchesLine(c.from)
	if c.from.kind == addressLine { // n and N may have taken the line itself; it happens once
		begins = s.number >= c.from.line
	}
	if err != nil || !begins {
		return false, err
	}
	c.until = s.rangeEnd(c.to)
	switch c.to.kind {
	case addressLast, addressStep:
		ends, err := s.matchesLine(c.to)
		if err != nil {
			return false, err
		}
		c.active = !ends
	case addressRegex:
		c.active = true
	default:
		c.active = s.number < c.until
	}
	c.closed = c.from.kind == addressLine && !c.active
	late := c.from.kind == addressLine && c.to.kind == addressLine && s.number > c.until && s.number != c.from.line
	return !late, nil
}

// rangeEnd is the last line of a range that begins here, where its second address tells.
func (s *sed) rangeEnd(to *sedAddress) int {
	switch to.kind {
	case addressLine:
		return to.line
	case addressPlus:
		return s.number + to.line
	case addressMultiple:
		if to.line > 0 {
			return (s.number/to.line + 1) * to.line
		}
	}
	return s.number
}

// goesOn reports whether the range that a command is in reaches the current line.
func (s *sed) goesOn(c *sedCommand) (bool, error) {
	matches := true
	switch c.to.kind {
	case addressRegex, addressLast, addressStep:
		ends, err := s.matchesLine(c.to)
		if err != nil {
			return false, err
		}
		c.active = !ends
	default:
		// n or N may have gone past the end. A range with a line number as its end is over then; others take one more line.
		c.active = s.number < c.until
		matches = s.number <= c.until || c.to.kind != addressLine
	}
	c.closed = c.from.kind == addressLine && !c.active
	return matches, nil
}

// resetRanges puts all ranges back to where they are before the first line: only those from line 0 on have begun.
func (s *sed) resetRanges() {
	for _, c := range s.commands {
		c.active = c.from != nil && c.from.kind == addressLine && c.from.line == 0
		c.closed = false
	}
}
