package builtin

import (
	"strconv"
	"strings"
)

// atom reads what a repetition can follow. first: nothing of its branch is before it.
func (p *regexParser) atom(first bool) (*regexNode, error) {
	b := p.peek()
	switch {
	case p.accept(p.operator("(")):
		return p.group()
	case b == '[':
		p.pos++
		return p.bracket()
	case b == '.':
		p.pos++
		n := &regexNode{op: opSet}
		n.set.negate()
		if p.options.multiline {
			n.set.remove('\n')
		}
		return n, nil
	case b == '^' && (first || p.options.extended):
		p.pos++
		return p.lineAssert(assertTextStart, assertLineStart), nil
	case b == '$' && (p.options.extended || p.endsBranch(1)):
		p.pos++
		return p.lineAssert(assertTextEnd, assertLineEnd), nil
	case b == '\\':
		p.pos++
		return p.escape()
	}
	p.pos++
	return p.byteNode(b), nil
}

// endsBranch reports whether a branch of a BRE ends n bytes from here.
func (p *regexParser) endsBranch(n int) bool {
	after := p.rest()[n:]
	return after == "" || strings.HasPrefix(after, `\)`) || strings.HasPrefix(after, `\|`)
}

func (p *regexParser) lineAssert(text, line int) *regexNode {
	if p.options.multiline {
		return &regexNode{op: opAssert, n: line}
	}
	return &regexNode{op: opAssert, n: text}
}

func (p *regexParser) group() (*regexNode, error) {
	p.groups++
	p.open++
	number := p.groups
	body, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if !p.accept(p.operator(")")) {
		return nil, errRegexParen
	}
	p.open--
	p.closed[number] = true
	return &regexNode{op: opGroup, n: number, subs: []*regexNode{body}}, nil
}

// escape reads what follows a backslash.
func (p *regexParser) escape() (*regexNode, error) {
	if p.atEnd() {
		return nil, errRegexBackslash
	}
	b := p.peek()
	p.pos++
	switch b {
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if n := int(b - '0'); p.closed[n] {
			return &regexNode{op: opBackref, n: n}, nil
		}
		return nil, errRegexBackref
	case 'w', 'W', 's', 'S':
		n := &regexNode{op: opSet, set: wordSet()}
		if b == 's' || b == 'S' {
			n.set, _ = classSet("space")
		}
		if b == 'W' || b == 'S' {
			n.set.negate()
		}
		return n, nil
	case 'b':
		return &regexNode{op: opAssert, n: assertWordEdge}, nil
	case 'B':
		return &regexNode{op: opAssert, n: assertNotWordEdge}, nil
	case '<':
		return &regexNode{op: opAssert, n: assertWordStart}, nil
	case '>':
		return &regexNode{op: opAssert, n: assertWordEnd}, nil
	case '`':
		return &regexNode{op: opAssert, n: assertTextStart}, nil
	case '\'':
		return &regexNode{op: opAssert, n: assertTextEnd}, nil
	}
	return p.byteNode(b), nil
}

// repetition reads a repetition operator where there is one. operand: something is before it that can be repeated.
func (p *regexParser) repetition(operand bool) (min, max int, ok bool, err error) {
	at := p.pos
	switch {
	case p.accept("*"):
		min, max = 0, repeatForever
	case p.accept(p.operator("+")):
		min, max = 1, repeatForever
	case p.accept(p.operator("?")):
		min, max = 0, 1
	case p.accept(p.operator("{")):
		if !operand && !p.options.lenient {
			return 0, 0, false, errRegexRepeat
		}
		min, max, err = p.interval()
		if err != nil && p.options.lenient && (p.options.extended || !operand) && err != errRegexTooBig && err != errRegexContentOrder {
			p.pos = at // grep takes the brace for itself
			return 0, 0, false, nil
		}
		return min, max, err == nil, err
	default:
		return 0, 0, false, nil
	}
	switch {
	case operand:
		return min, max, true, nil
	case !p.options.extended: // an operator of a BRE with nothing before it is an ordinary byte
		p.pos = at
		return 0, 0, false, nil
	case !p.options.lenient:
		return 0, 0, false, errRegexRepeat
	}
	return min, max, true, nil
}

// interval reads behind "{" up to "}".
func (p *regexParser) interval() (min, max int, err error) {
	number := func(absent int) (int, error) {
		digits := 0
		for digits < len(p.rest()) && p.rest()[digits] >= '0' && p.rest()[digits] <= '9' {
			digits++
		}
		if digits == 0 {
			return absent, nil
		}
		n, err := strconv.Atoi(p.rest()[:digits])
		p.pos += digits
		if err != nil || n > repeatLimit {
			return 0, errRegexTooBig
		}
		return n, nil
	}
	absent := p.pos
	if min, err = number(0); err != nil {
		return 0, 0, err
	}
	max = min
	if p.peek() == ',' {
		p.pos++
		if max, err = number(repeatForever); err != nil {
			return 0, 0, err
		}
	} else if p.pos == absent && !p.atEnd() {
		return 0, 0, errRegexContent
	}
	switch {
	case p.atEnd():
		return 0, 0, errRegexBrace
	case !p.accept(p.operator("}")):
		return 0, 0, errRegexContent
	case max != repeatForever && max < min:
		return 0, 0, errRegexContentOrder
	}
	return min, max, nil
}
