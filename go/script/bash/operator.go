package bash

import "mvdan.cc/sh/v3/syntax"

// operate adds the result of an expansion's operator.
func (sh *Shell) operate(s *splitter, p *syntax.ParamExp, o *operand, q quoting) error {
	if p.Exp != nil && p.Exp.Op <= syntax.AssignUnsetOrNull {
		return sh.conditional(s, p, o, q)
	}
	if sh.options["nounset"] && !o.set && !o.list && o.name != "@" && o.name != "*" {
		return &expansionError{message: p.Param.Value + ": unbound variable", status: 1, missing: true}
	}
	var err error
	switch {
	case p.Length:
		n := len(o.values)
		if !o.list {
			n = len(o.text())
		}
		s.add(itoa(n), q)
		return nil
	case p.Slice != nil:
		err = sh.slice(p.Slice, o)
	case p.Repl != nil:
		err = sh.replace(p.Repl, o)
	case p.Exp != nil && p.Exp.Op == syntax.OtherParamOps:
		err = sh.transform(p.Exp, o)
	case p.Exp != nil:
		err = sh.patternOperator(p.Exp, o)
	}
	if err != nil {
		return err
	}
	if o.list {
		return sh.addList(s, o.values, o.star, q)
	}
	s.add(o.text(), q)
	return nil
}

// patternOperator removes a prefix or suffix, or changes letters.
func (sh *Shell) patternOperator(e *syntax.Expansion, o *operand) error {
	f, err := sh.field(e.Word, false)
	if err != nil {
		return err
	}
	pattern := f.pattern()
	var change func(string) string
	switch e.Op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix:
		change = func(s string) string { return s[max(0, sh.ends(pattern, s, 0, e.Op == syntax.RemLargePrefix)):] }
	case syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		change = func(s string) string { return s[:sh.suffix(pattern, s, e.Op == syntax.RemLargeSuffix)] }
	case syntax.UpperFirst, syntax.UpperAll:
		change = sh.letters(pattern, upperByte, e.Op == syntax.UpperAll)
	case syntax.LowerFirst, syntax.LowerAll:
		change = sh.letters(pattern, lowerByte, e.Op == syntax.LowerAll)
	default:
		sh.refuse("the operator %s of a parameter expansion", e.Op)
	}
	values := make([]string, len(o.values))
	for i, v := range o.values {
		values[i] = change(v)
	}
	o.values = values
	return nil
}

// letters changes the letters that a pattern matches.
func (sh *Shell) letters(pattern string, change func(byte) byte, all bool) func(string) string {
	return func(s string) string {
		b := []byte(s)
		for i, c := range b {
			if pattern == "" || sh.matches(pattern, string(c)) {
				b[i] = change(c)
			}
			if !all {
				break
			}
		}
		return string(b)
	}
}

// transform handles the operators ${x@…}.
func (sh *Shell) transform(e *syntax.Expansion, o *operand) error {
	op := e.Word.Lit()
	var change func(string) string
	switch op {
	case "Q":
		if !o.set {
			return nil
		}
		change = quoteValue
	case "E":
		change = ansi
	case "U":
		change = func(s string) string { return mapBytes(s, upperByte) }
	case "L":
		change = func(s string) string { return mapBytes(s, lowerByte) }
	case "u":
		change = sh.letters("", upperByte, false)
	case "a":
		change = func(string) string { return o.v.flags() }
		if !o.set {
			o.values = []string{""}
		}
	default:
		sh.refuse("the transformation ${…@%s}", op)
	}
	values := make([]string, len(o.values))
	for i, v := range o.values {
		values[i] = change(v)
	}
	o.values = values
	return nil
}
