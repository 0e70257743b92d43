package bash

import (
	"fmt"

	"mvdan.cc/sh/v3/syntax"
)

// conditional handles the operators - = ? + with and without a colon.
func (sh *Shell) conditional(s *splitter, p *syntax.ParamExp, o *operand, q quoting) error {
	op, word := p.Exp.Op, p.Exp.Word
	present := o.set
	switch op {
	case syntax.AlternateUnsetOrNull, syntax.DefaultUnsetOrNull, syntax.ErrorUnsetOrNull, syntax.AssignUnsetOrNull:
		present = present && (len(o.values) > 1 || o.text() != "")
	}
	switch op {
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		if present {
			return sh.alternative(s, word, q)
		}
		if q != unquoted {
			s.quoted("")
		}
		return nil
	}
	if present {
		if o.list {
			return sh.addList(s, o.values, o.star, q)
		}
		s.add(o.text(), q)
		return nil
	}
	switch op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
		return sh.alternative(s, word, q)
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		message, err := sh.alternativeText(word, q)
		if err != nil {
			return err
		}
		if message == "" {
			message = "parameter null or not set"
			if op == syntax.ErrorUnset {
				message = "parameter not set"
			}
		}
		return &expansionError{message: fmt.Sprintf("%s: %s", p.Param.Value, message), status: 1, missing: true}
	}
	text, err := sh.alternativeText(word, q)
	if err != nil {
		return err
	}
	if o.list || !syntax.ValidName(o.name) {
		return &expansionError{message: fmt.Sprintf("$%s: cannot assign in this way", p.Param.Value), status: 1}
	}
	if err := sh.assignElement(o.name, o.index, text); err != nil {
		return &expansionError{message: err.Error(), status: 1}
	}
	s.add(sh.operandOf(o.name, o.index).text(), q)
	return nil
}

// alternative adds the word after an operator, in the quotes of the whole
// expansion.
func (sh *Shell) alternative(s *splitter, w *syntax.Word, q quoting) error {
	if w == nil {
		if q != unquoted {
			s.quoted("")
		}
		return nil
	}
	if q != unquoted {
		return sh.parts(s, w.Parts, q, noTilde)
	}
	t := sh.tildes(w, false)
	for i, part := range w.Parts {
		lit, ok := part.(*syntax.Lit)
		if !ok {
			if err := sh.part(s, part, q, t, i); err != nil {
				return err
			}
			continue
		}
		// Blanks of the word itself separate fields too.
		inner := &splitter{whole: true}
		sh.literal(inner, lit.Value, t, i)
		for _, piece := range inner.one() {
			if piece.quoted {
				s.quoted(piece.text)
			} else {
				s.split(piece.text)
			}
		}
	}
	return nil
}

func (sh *Shell) alternativeText(w *syntax.Word, q quoting) (string, error) {
	if q != unquoted {
		s := &splitter{whole: true}
		err := sh.alternative(s, w, q)
		return s.one().text(), err
	}
	return sh.value(w, false)
}
