package derivation

import (
	"errors"
	"fmt"
	"strings"

	"github.com/rules-strata/rules_strata/go/store"
)

// Parse reads a .drv exactly as Nix writes it: Marshal gives the same bytes.
func Parse(data []byte) (*Derivation, error) {
	d, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("store derivation: %w", err)
	}
	return d, nil
}

func parse(data []byte) (*Derivation, error) {
	if err := checkSize(data); err != nil {
		return nil, err
	}
	p := &parser{data: data}
	d := p.derivation()
	if p.err != nil {
		return nil, p.err
	}
	if json, ok := d.Env[structuredAttrsName]; ok {
		delete(d.Env, structuredAttrsName)
		if json == "" {
			return nil, errors.New("the structured attributes are empty: want a JSON object")
		}
		d.StructuredAttrs = json
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	if err := d.setName(); err != nil {
		return nil, err
	}
	return d, nil
}

// parser reads an ATerm. After its first error it reads nothing.
type parser struct {
	data []byte
	pos  int
	err  error
}

func (p *parser) derivation() *Derivation {
	d := &Derivation{Outputs: map[string]Output{}, InputDrvs: map[store.Path][]string{}, Env: map[string]string{}}
	p.head()
	p.list("output", func() string { return p.output(d) })
	p.word(",")
	p.list("input derivation", func() string { return p.inputDrv(d) })
	p.word(",")
	p.list("input source", func() string {
		path := p.path(store.ParseAnyPath)
		d.InputSrcs = append(d.InputSrcs, path)
		return string(path)
	})
	p.word(",")
	d.System = p.text()
	p.word(",")
	d.Builder = p.text()
	p.word(",")
	p.list("", func() string {
		d.Args = append(d.Args, p.text())
		return ""
	})
	p.word(",")
	p.list("variable", func() string {
		p.word("(")
		name := p.text()
		p.word(",")
		d.Env[name] = p.text()
		p.word(")")
		return name
	})
	p.word(")")
	if p.err == nil && p.pos < len(p.data) {
		p.fail(p.pos, "%d bytes follow the end of the derivation", len(p.data)-p.pos)
	}
	return d
}

// head reads what the derivation begins with.
func (p *parser) head() {
	if p.skip("DrvWithVersion(") {
		version := p.text()
		p.fail(0, "version %q, for dynamic derivations, is not supported: want Derive(...)", version)
	}
	p.word("Derive(")
}

func (p *parser) output(d *Derivation) string {
	var o Output
	p.word("(")
	name := p.text()
	p.word(",")
	if !p.skip(`""`) {
		o.Path = p.path(store.ParseAnyPath)
	}
	p.word(",")
	o.HashAlgo = p.text()
	p.word(",")
	o.Hash = p.text()
	p.word(")")
	d.Outputs[name] = o
	return name
}

func (p *parser) inputDrv(d *Derivation) string {
	var outputs []string
	p.word("(")
	path := p.path(parseDrvPath)
	p.word(",")
	p.list("output", func() string {
		name := p.text()
		outputs = append(outputs, name)
		return name
	})
	p.word(")")
	d.InputDrvs[path] = outputs
	return string(path)
}

// list reads items, each of which item reads. If they have a name, they are
// sorted by the key that item gives.
func (p *parser) list(name string, item func() string) {
	p.word("[")
	last := ""
	for first := true; p.err == nil && !p.skip("]"); first = false {
		if !first {
			p.word(",")
		}
		at := p.pos
		key := item()
		if name != "" && !first && key <= last {
			p.fail(at, "the %s %q comes after %q: they are sorted, and each is there once", name, key, last)
		}
		last = key
	}
}

func (p *parser) path(parse func(string) (store.Path, error)) store.Path {
	at := p.pos
	path, err := parse(p.text())
	if err != nil {
		p.fail(at, "%w", err)
	}
	return path
}

// text reads a string in quotes.
func (p *parser) text() string {
	at := p.pos
	p.word(`"`)
	if p.err != nil {
		return ""
	}
	var b strings.Builder
	for {
		start := p.pos
		for p.pos < len(p.data) && strings.IndexByte("\"\\\n\r\t\x00", p.data[p.pos]) < 0 {
			p.pos++
		}
		b.Write(p.data[start:p.pos])
		switch {
		case p.pos == len(p.data):
			p.fail(at, "the string that begins here has no end")
			return ""
		case p.skip(`"`):
			return b.String()
		}
		c, ok := p.escaped()
		if !ok {
			return ""
		}
		b.WriteByte(c)
	}
}

// escaped reads a character that is escaped.
func (p *parser) escaped() (byte, bool) {
	two := p.data[p.pos:min(p.pos+2, len(p.data))]
	p.pos += len(two)
	switch string(two) {
	case `\n`:
		return '\n', true
	case `\r`:
		return '\r', true
	case `\t`:
		return '\t', true
	case `\"`, `\\`:
		return two[1], true
	}
	p.fail(p.pos-len(two), `%q in a string: newline, return, tab, quote and backslash are escaped, and nothing else is`, two)
	return 0, false
}

// word reads exactly w.
func (p *parser) word(w string) {
	if p.skip(w) {
		return
	}
	const shown = 20
	got := p.data[p.pos:min(p.pos+shown, len(p.data))]
	p.fail(p.pos, "want %q, got %q", w, got)
}

// skip reads w if it comes next.
func (p *parser) skip(w string) bool {
	if p.err != nil || len(p.data)-p.pos < len(w) || string(p.data[p.pos:p.pos+len(w)]) != w {
		return false
	}
	p.pos += len(w)
	return true
}

func (p *parser) fail(at int, format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("byte %d: "+format, append([]any{at}, args...)...)
	}
}
