package builtin

import "strings"

// delimited reads up to the next delim, which is taken too. A backslash before a delimiter is dropped, one before a newline too; in a
// pattern "\n" is a newline, other escapes of bytes are replaced, and a bracket expression may hold the delimiter.
func (p *sedParser) delimited(delim byte, pattern bool) (string, bool) {
	var b strings.Builder
	bracket := false
	for {
		at := p.pos
		c, ok := p.next()
		switch {
		case !ok || c == '\n':
			p.pos = at
			return "", false
		case bracket:
			name, end := p.bracketName(at)
			switch {
			case end > 0:
				b.WriteString(name)
				p.pos = end
			case c == '\\':
				p.bracketEscape(&b)
			default:
				b.WriteByte(c)
				bracket = c != ']'
			}
		case c == delim:
			return b.String(), true
		case c == '\\':
			if !p.patternEscape(&b, delim, pattern) {
				return "", false
			}
		case c == '[' && pattern:
			bracket = true
			b.WriteByte(c)
			for _, first := range []byte("^]") {
				if p.peek() == first {
					p.pos++
					b.WriteByte(first)
				}
			}
		default:
			b.WriteByte(c)
		}
	}
}

// bracketName finds [:name:] and the like at a place of a bracket expression, and where it ends; 0 when there is none.
func (p *sedParser) bracketName(at int) (name string, end int) {
	rest := p.text[at:]
	if len(rest) < 2 || rest[0] != '[' || strings.IndexByte(":.=", rest[1]) < 0 {
		return "", 0
	}
	length := strings.Index(rest[2:], rest[1:2]+"]")
	if length < 0 {
		return "", 0
	}
	return rest[:length+4], at + length + 4
}

// bracketEscape reads an escape of a byte in a bracket expression, where other backslashes are themselves.
func (p *sedParser) bracketEscape(b *strings.Builder) {
	if p.peek() == 'n' {
		p.pos++
		b.WriteByte('\n')
	} else if value, ok := p.byteEscape(); ok {
		b.WriteByte(value)
	} else {
		b.WriteByte('\\')
	}
}

// patternEscape reads what follows a backslash outside of bracket expressions.
func (p *sedParser) patternEscape(b *strings.Builder, delim byte, pattern bool) bool {
	c := p.peek()
	switch {
	case p.atEnd():
		return false
	case c == delim:
		p.pos++
		if !pattern && c == '&' {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	case c == '\n' && pattern:
		p.pos++
		b.WriteByte(c)
	case c == 'n' && pattern:
		p.pos++
		b.WriteByte('\n')
	default:
		if pattern {
			if value, ok := p.byteEscape(); ok {
				b.WriteByte(value)
				return true
			}
		}
		p.pos++
		b.WriteByte('\\')
		b.WriteByte(c)
	}
	return true
}

// byteEscape reads \a \f \r \t \v \cX \dNNN \oNNN or \xHH behind its backslash, where one of them is.
func (p *sedParser) byteEscape() (byte, bool) {
	b := p.peek()
	if letter := strings.IndexByte("afrtv", b); letter >= 0 && !p.atEnd() {
		p.pos++
		return "\a\f\r\t\v"[letter], true
	}
	if b == 'c' && p.pos+1 < len(p.text) {
		b = upperASCII([]byte{p.text[p.pos+1]})[0]
		p.pos += 2
		return b ^ 0x40, true
	}
	base, digits := 0, 3
	switch b {
	case 'd':
		base = 10
	case 'o':
		base = 8
	case 'x':
		base, digits = 16, 2
	default:
		return 0, false
	}
	value, used := leadingNumber(p.text[min(len(p.text), p.pos+1):], base, digits)
	if used == 0 {
		return 0, false
	}
	p.pos += 1 + used
	return byte(value), true
}
