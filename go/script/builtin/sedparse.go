package builtin

import (
	"fmt"
	"strings"
)

// sedChunk is one -e text or script file; where says so in messages.
type sedChunk struct {
	text, where string
	file        bool
}

// sedParser reads a script: chunks with a newline between them.
type sedParser struct {
	text     string
	pos      int
	chunks   []sedChunk
	extended bool
	zero     bool // lines end with a zero byte
	commands []*sedCommand
	blocks   []int // the commands "{" that are open
	labels   map[string]int
}

// parseSed parses the chunks of a script. quiet is true when it begins with a line "#n".
func parseSed(chunks []sedChunk, extended, zero bool) (commands []*sedCommand, quiet bool, err error) {
	texts := make([]string, len(chunks))
	for i, chunk := range chunks {
		texts[i] = chunk.text
	}
	p := &sedParser{text: strings.Join(texts, "\n"), chunks: chunks, extended: extended, zero: zero, labels: map[string]int{}}
	quiet = chunks[0].text == "#n" || strings.HasPrefix(chunks[0].text, "#n\n")
	for {
		p.pos += len(p.rest()) - len(strings.TrimLeft(p.rest(), "; \t\n\v\f\r"))
		if p.atEnd() {
			break
		}
		if err := p.command(); err != nil {
			return nil, false, err
		}
	}
	if len(p.blocks) > 0 {
		p.pos = 0
		return nil, false, p.fail("unmatched `{'")
	}
	for _, c := range p.commands {
		if c.name != 'b' && c.name != 't' && c.name != 'T' {
			continue
		}
		c.target = len(p.commands)
		if c.label != "" {
			target, ok := p.labels[c.label]
			if !ok {
				return nil, false, sedLabelError(c.label)
			}
			c.target = target
		}
	}
	return p.commands, quiet, nil
}

// sedLabelError is a label that b, t or T names and the script has not.
type sedLabelError string

func (e sedLabelError) Error() string {
	return fmt.Sprintf("can't find label for jump to `%s'", string(e))
}

func (p *sedParser) rest() string { return p.text[p.pos:] }
func (p *sedParser) atEnd() bool  { return p.pos >= len(p.text) }

// next takes a byte; ok is false at the end of the script.
func (p *sedParser) next() (b byte, ok bool) {
	if p.atEnd() {
		return 0, false
	}
	p.pos++
	return p.text[p.pos-1], true
}

func (p *sedParser) peek() byte {
	if p.atEnd() {
		return 0
	}
	return p.text[p.pos]
}

func (p *sedParser) blanks() {
	for !p.atEnd() && (p.peek() == ' ' || p.peek() == '\t') {
		p.pos++
	}
}

// fail makes an error that says where in the script it is.
func (p *sedParser) fail(format string, args ...any) error {
	at := p.pos
	for _, chunk := range p.chunks {
		if at <= len(chunk.text) {
			if chunk.file {
				return fmt.Errorf("%s line %d: %s", chunk.where, 1+strings.Count(chunk.text[:at], "\n"), fmt.Sprintf(format, args...))
			}
			return fmt.Errorf("%s, char %d: %s", chunk.where, at, fmt.Sprintf(format, args...))
		}
		at -= len(chunk.text) + 1
	}
	return fmt.Errorf(format, args...)
}

// command reads one command with its addresses.
func (p *sedParser) command() error {
	c := &sedCommand{number: -1}
	if err := p.addresses(c); err != nil {
		return err
	}
	p.blanks()
	for p.peek() == '!' {
		if c.negate {
			p.pos++
			return p.fail("multiple `!'s")
		}
		c.negate = true
		p.pos++
		p.blanks()
	}
	name, ok := p.next()
	if !ok {
		return p.fail("missing command")
	}
	c.name = name
	if err := p.arguments(c); err != nil {
		return err
	}
	if name != '#' && name != '}' && name != ':' {
		p.commands = append(p.commands, c)
	}
	return nil
}

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
