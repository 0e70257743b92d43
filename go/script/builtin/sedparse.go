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
