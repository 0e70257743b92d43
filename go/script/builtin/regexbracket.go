package builtin

import "strings"

// bracket reads a bracket expression; the parser stands behind its "[".
func (p *regexParser) bracket() (*regexNode, error) {
	if strings.HasPrefix(p.rest(), ":") {
		if end := strings.IndexByte(p.rest(), ']'); end > 1 && p.rest()[end-1] == ':' && !strings.Contains(p.rest()[:end], "[") {
			return nil, errRegexColons
		}
	}
	var set byteSet
	negated := p.accept("^")
	for first := true; ; first = false {
		if p.atEnd() {
			return nil, errRegexBracket
		}
		if !first && p.accept("]") {
			break
		}
		if err := p.bracketItem(&set, first); err != nil {
			return nil, err
		}
	}
	if p.options.fold {
		set.fold()
	}
	if negated {
		set.negate()
		if p.options.multiline {
			set.remove('\n')
		}
	}
	return &regexNode{op: opSet, set: set}, nil
}

// bracketItem reads a class, a range or one byte into set.
func (p *regexParser) bracketItem(set *byteSet, first bool) error {
	if name, ok, err := p.bracketName(":"); err != nil {
		return err
	} else if ok {
		class, known := classSet(name)
		if !known {
			return errRegexClass
		}
		if p.options.fold && (name == "upper" || name == "lower") {
			class, _ = classSet("alpha")
		}
		set.union(&class)
		if p.peek() == '-' && !strings.HasPrefix(p.rest(), "-]") {
			return errRegexRange
		}
		return nil
	}
	if !first && p.peek() == '-' && !strings.HasPrefix(p.rest(), "-]") {
		return errRegexRange
	}
	lo, err := p.bracketByte()
	if err != nil {
		return err
	}
	if p.peek() != '-' || strings.HasPrefix(p.rest(), "-]") || strings.TrimPrefix(p.rest(), "-") == "" {
		set.add(lo)
		return nil
	}
	p.pos++
	if strings.HasPrefix(p.rest(), "[:") {
		return errRegexRange
	}
	hi, err := p.bracketByte()
	if err != nil {
		return err
	}
	if lo > hi {
		return errRegexRange
	}
	set.addRange(lo, hi)
	return nil
}

// bracketByte reads one collating element: a byte, [.x.] or [=x=].
func (p *regexParser) bracketByte() (byte, error) {
	for _, mark := range []string{".", "="} {
		if name, ok, err := p.bracketName(mark); err != nil {
			return 0, err
		} else if ok {
			if len(name) != 1 {
				return 0, errRegexCollate
			}
			return name[0], nil
		}
	}
	b := p.peek()
	p.pos++
	return b, nil
}

// bracketName reads [:name:], or the same with another mark, where there is one.
func (p *regexParser) bracketName(mark string) (string, bool, error) {
	if !strings.HasPrefix(p.rest(), "["+mark) {
		return "", false, nil
	}
	name, _, found := strings.Cut(p.rest()[2:], mark+"]")
	if !found {
		return "", false, errRegexBracket
	}
	p.pos += len(name) + 4
	return name, true, nil
}
