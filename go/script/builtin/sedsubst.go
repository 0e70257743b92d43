package builtin

import "strings"

// substitution reads the command s behind its name.
func (p *sedParser) substitution(c *sedCommand) error {
	delim, ok := p.next()
	if !ok || delim == '\n' || delim == '\\' {
		return p.fail("unterminated `s' command")
	}
	pattern, ok := p.delimited(delim, true)
	if !ok {
		return p.fail("unterminated `s' command")
	}
	replacement, ok := p.delimited(delim, false)
	if !ok {
		return p.fail("unterminated `s' command")
	}
	s := &sedSubst{nth: 0, empty: pattern == ""}
	c.subst = s
	s.parseReplacement(replacement)
	o, err := p.substFlags(s)
	if err != nil {
		return err
	}
	if s.nth == 0 {
		s.nth = 1
	}
	if s.regex, err = p.regex(pattern, o); err != nil {
		return err
	}
	if s.regex != nil && s.groups > s.regex.groups {
		return p.fail("invalid reference \\%d on `s' command's RHS", s.groups)
	}
	return nil
}

// substFlags reads the flags of the command s.
func (p *sedParser) substFlags(s *sedSubst) (regexOptions, error) {
	var o regexOptions
	for {
		b, ok := p.next()
		switch {
		case !ok || b == '\n' || b == ';':
			return o, nil
		case b == '}' || b == '#':
			p.pos--
			return o, nil
		case b == 'i' || b == 'I':
			o.fold = true
		case b == 'm' || b == 'M':
			o.multiline = true
		case b == 'e':
			return o, p.fail("the flag `e' (runs a shell command) is not supported")
		case b == 'p' && s.print:
			return o, p.fail("multiple `p' options to `s' command")
		case b == 'p':
			s.print = true
		case b == 'g' && s.global:
			return o, p.fail("multiple `g' options to `s' command")
		case b == 'g':
			s.global = true
		case b == 'w':
			p.blanks()
			if s.file = p.line(); s.file == "" {
				return o, p.fail("missing filename in r/R/w/W commands")
			}
			return o, nil
		case isDigit(b):
			p.pos--
			n, _ := p.number()
			switch {
			case s.nth != 0:
				return o, p.fail("multiple number options to `s' command")
			case n == 0:
				return o, p.fail("number option to `s' command may not be zero")
			}
			s.nth = n
		case b == ' ' || b == '\t' || b == '\r':
		default:
			return o, p.fail("unknown option to `s'")
		}
	}
}

// parseReplacement splits a replacement at the groups and changes of case.
func (s *sedSubst) parseReplacement(text string) {
	piece := sedPiece{group: -1}
	flush := func(next sedPiece) {
		if len(piece.text) > 0 || piece.group >= 0 || piece.once != 0 || piece.until != 0 {
			s.replacement = append(s.replacement, piece)
		}
		piece = next
	}
	group := func(n int) {
		s.groups = max(s.groups, n)
		flush(sedPiece{group: n})
		flush(sedPiece{group: -1})
	}
	p := &sedParser{text: text}
	for !p.atEnd() {
		b, _ := p.next()
		switch {
		case b == '&':
			group(0)
			continue
		case b != '\\' || p.atEnd():
			piece.text = append(piece.text, b)
			continue
		}
		if value, ok := p.byteEscape(); ok {
			piece.text = append(piece.text, value)
			continue
		}
		switch b, _ = p.next(); {
		case isDigit(b):
			group(int(b - '0'))
		case b == 'n':
			piece.text = append(piece.text, '\n')
		case strings.IndexByte("ULE", b) >= 0:
			flush(sedPiece{group: -1, until: b})
		case b == 'u' || b == 'l':
			flush(sedPiece{group: -1, once: b})
		default:
			piece.text = append(piece.text, b)
		}
	}
	flush(sedPiece{})
}

// transliteration reads the command y behind its name.
func (p *sedParser) transliteration(c *sedCommand) error {
	delim, ok := p.next()
	if !ok || delim == '\n' || delim == '\\' {
		return p.fail("unterminated `y' command")
	}
	var sides [2][]byte
	for i := range sides {
		text, ok := p.delimited(delim, false)
		if !ok {
			return p.fail("unterminated `y' command")
		}
		inner := &sedParser{text: text}
		for !inner.atEnd() {
			b, _ := inner.next()
			if b == '\\' {
				value, ok := inner.byteEscape()
				switch {
				case ok:
					b = value
				case inner.peek() == 'n':
					inner.pos++
					b = '\n'
				case inner.peek() == '\\' || inner.peek() == '\n':
					b, _ = inner.next()
				}
			}
			sides[i] = append(sides[i], b)
		}
	}
	if len(sides[0]) != len(sides[1]) {
		return p.fail("strings for `y' command are different lengths")
	}
	c.table = &[256]byte{}
	for b := range c.table {
		c.table[b] = byte(b)
	}
	for i, b := range sides[0] {
		c.table[b] = sides[1][i]
	}
	return p.end()
}
