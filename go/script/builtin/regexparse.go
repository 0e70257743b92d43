package builtin

import "strings"

// regexOp is what a node of a parsed pattern does.
type regexOp uint8

const (
	opEmpty   regexOp = iota // matches nothing, everywhere
	opSet                    // one byte of set
	opCat                    // subs one after another
	opAlt                    // one of subs
	opRepeat                 // subs[0], min to max times
	opGroup                  // subs[0], remembered as number n
	opBackref                // what group n matched
	opAssert                 // a place, of kind n
)

// Kinds of opAssert.
const (
	assertTextStart = iota // before the first byte
	assertTextEnd
	assertLineStart // also behind a newline
	assertLineEnd
	assertWordEdge
	assertNotWordEdge
	assertWordStart
	assertWordEnd
	assertNoWordBefore
	assertNoWordAfter
)

// repeatForever is a max without limit; repeatLimit is the highest count that may be written.
const (
	repeatForever = -1
	repeatLimit   = 32767
)

type regexNode struct {
	op       regexOp
	set      byteSet
	subs     []*regexNode
	min, max int
	n        int
}

// regexParser reads one pattern after another.
type regexParser struct {
	options regexOptions
	text    string
	pos     int
	groups  int
	open    int
	closed  map[int]bool // groups that a back-reference may name
}

// parseAll parses the alternatives of a search.
func (p *regexParser) parseAll(patterns []string) (*regexNode, error) {
	p.closed = map[int]bool{}
	all := &regexNode{op: opAlt}
	for _, text := range patterns {
		p.text, p.pos = text, 0
		tree, err := p.parse()
		if err != nil {
			return nil, err
		}
		all.subs = append(all.subs, tree)
	}
	if len(all.subs) == 1 {
		all = all.subs[0]
	}
	before, after := -1, -1
	switch {
	case p.options.line:
		before, after = assertTextStart, assertTextEnd
	case p.options.word:
		before, after = assertNoWordBefore, assertNoWordAfter
	default:
		return all, nil
	}
	return &regexNode{op: opCat, subs: []*regexNode{{op: opAssert, n: before}, all, {op: opAssert, n: after}}}, nil
}

func (p *regexParser) parse() (*regexNode, error) {
	if p.options.literal {
		cat := &regexNode{op: opCat}
		for i := range len(p.text) {
			cat.subs = append(cat.subs, p.byteNode(p.text[i]))
		}
		return cat, nil
	}
	tree, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if !p.atEnd() {
		return nil, errRegexCloseP
	}
	return tree, nil
}

func (p *regexParser) rest() string { return p.text[p.pos:] }
func (p *regexParser) atEnd() bool  { return p.pos >= len(p.text) }

func (p *regexParser) peek() byte {
	if p.atEnd() {
		return 0
	}
	return p.text[p.pos]
}

func (p *regexParser) accept(s string) bool {
	if !strings.HasPrefix(p.rest(), s) {
		return false
	}
	p.pos += len(s)
	return true
}

// operator spells an operator that has a backslash in BRE and none in ERE.
func (p *regexParser) operator(s string) string {
	if p.options.extended {
		return s
	}
	return `\` + s
}

func (p *regexParser) byteNode(b byte) *regexNode {
	n := &regexNode{op: opSet}
	n.set.add(b)
	if p.options.fold {
		n.set.fold()
	}
	return n
}

func (p *regexParser) alternatives() (*regexNode, error) {
	alt := &regexNode{op: opAlt}
	for {
		branch, err := p.branch()
		if err != nil {
			return nil, err
		}
		alt.subs = append(alt.subs, branch)
		if !p.accept(p.operator("|")) {
			break
		}
	}
	if len(alt.subs) == 1 {
		return alt.subs[0], nil
	}
	return alt, nil
}

// branch reads up to the next "|", the end of the group or the end.
func (p *regexParser) branch() (*regexNode, error) {
	cat := &regexNode{op: opCat}
	operand := false // what is before can be repeated
	for !p.atEnd() && !strings.HasPrefix(p.rest(), p.operator("|")) {
		if strings.HasPrefix(p.rest(), p.operator(")")) && (p.open > 0 || !p.options.extended || !p.options.lenient) {
			break
		}
		if min, max, ok, err := p.repetition(operand); err != nil {
			return nil, err
		} else if ok {
			if operand {
				last := len(cat.subs) - 1
				cat.subs[last] = &regexNode{op: opRepeat, min: min, max: max, subs: []*regexNode{cat.subs[last]}}
			}
			continue
		}
		node, err := p.atom(len(cat.subs) == 0)
		if err != nil {
			return nil, err
		}
		operand = node.op != opAssert || p.options.extended && p.options.lenient
		cat.subs = append(cat.subs, node)
	}
	return cat, nil
}
