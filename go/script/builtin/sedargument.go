package builtin

import "strings"

// arguments reads what follows a command's name.
func (p *sedParser) arguments(c *sedCommand) error {
	switch c.name {
	case '#':
		if c.from != nil {
			return p.fail("comments don't accept any addresses")
		}
		p.line()
		return nil
	case '{':
		p.blocks = append(p.blocks, len(p.commands))
		return nil
	case '}':
		if len(p.blocks) == 0 || c.from != nil {
			return p.fail("unexpected `}'")
		}
		open := p.commands[p.blocks[len(p.blocks)-1]]
		open.target = len(p.commands)
		p.blocks = p.blocks[:len(p.blocks)-1]
		return p.end()
	case ':':
		if c.from != nil {
			return p.fail(": doesn't want any addresses")
		}
		label := p.word()
		if label == "" {
			return p.fail(`":" lacks a label`)
		}
		p.labels[label] = len(p.commands)
		return nil
	case 'b', 't', 'T':
		c.label = p.word()
		return nil
	case 'a', 'i', 'c':
		return p.textArgument(c)
	case '=', 'd', 'D', 'F', 'g', 'G', 'h', 'H', 'n', 'N', 'p', 'P', 'x', 'z':
		return p.end()
	case 'q', 'Q', 'l':
		return p.numberArgument(c)
	case 'r', 'R', 'w', 'W':
		p.blanks()
		if c.file = p.line(); c.file == "" {
			return p.fail("missing filename in r/R/w/W commands")
		}
		return nil
	case 's':
		return p.substitution(c)
	case 'y':
		return p.transliteration(c)
	case 'e':
		return p.fail("the command `e' (runs a shell command) is not supported")
	case 'v':
		return p.version()
	}
	return p.fail("unknown command: `%c'", c.name)
}

// line takes the rest of the line.
func (p *sedParser) line() string {
	line, _, _ := strings.Cut(p.rest(), "\n")
	p.pos += len(line)
	return line
}

// word reads a label.
func (p *sedParser) word() string {
	p.blanks()
	length := strings.IndexAny(p.rest(), "; \t\n\v\f\r}")
	if length < 0 {
		length = len(p.rest())
	}
	p.pos += length
	return p.text[p.pos-length : p.pos]
}

// end wants nothing more of a command.
func (p *sedParser) end() error {
	p.blanks()
	if p.atEnd() || p.peek() == '}' || p.peek() == '#' {
		return nil
	}
	if b, _ := p.next(); b != ';' && b != '\n' && b != '\r' {
		return p.fail("extra characters after command")
	}
	return nil
}

// numberArgument reads the number that may follow.
func (p *sedParser) numberArgument(c *sedCommand) error {
	if c.to != nil && c.name != 'l' {
		return p.fail("command only uses one address")
	}
	p.blanks()
	if n, ok := p.number(); ok {
		c.number = n
	}
	return p.end()
}

// number reads digits.
func (p *sedParser) number() (n int, ok bool) {
	digits, _ := cutDigits(p.rest())
	for _, d := range digits {
		n = min(n*10+int(d-'0'), 1<<40)
	}
	p.pos += len(digits)
	return n, digits != ""
}

// version reads the version that a script wants to be run by.
func (p *sedParser) version() error {
	p.blanks()
	wanted := p.word()
	if wanted != "" && compareVersions(wanted, "4.9") > 0 {
		return p.fail("expected newer version of sed")
	}
	return p.end()
}

// textArgument reads the text of a, i and c: behind a backslash and a newline, or on the same line. Lines that end with a backslash go on.
func (p *sedParser) textArgument(c *sedCommand) error {
	p.blanks()
	if p.atEnd() || p.peek() == '\n' {
		return p.fail("expected \\ after `a', `c' or `i'")
	}
	if p.peek() == '\\' {
		p.pos++
		switch b, ok := p.next(); {
		case !ok:
			return nil // no text at all: only ends a last line that is not ended
		case b == '\\':
			c.text = p.textEscape(c.text)
		case b != '\n':
			c.text = append(c.text, b)
		}
	}
	for {
		b, ok := p.next()
		switch {
		case !ok || b == '\n':
			return p.endText(c)
		case b == '\\':
			c.text = p.textEscape(c.text)
		default:
			c.text = append(c.text, b)
		}
	}
}

// endText ends a text: i and c end it like a line, a always with a newline.
func (p *sedParser) endText(c *sedCommand) error {
	c.text = append(c.text, lineEnd(p.zero && c.name != 'a'))
	return nil
}

// textEscape reads what follows a backslash in a text.
func (p *sedParser) textEscape(text []byte) []byte {
	if b, ok := p.byteEscape(); ok {
		return append(text, b)
	}
	if b, ok := p.next(); ok {
		if b == 'n' {
			b = '\n'
		}
		return append(text, b)
	}
	return text
}
