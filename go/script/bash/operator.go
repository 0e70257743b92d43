package bash

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// operate adds the result of an expansion's operator.
func (sh *Shell) operate(s *splitter, p *syntax.ParamExp, o *operand, q quoting) error {
	if p.Exp != nil && p.Exp.Op <= syntax.AssignUnsetOrNull {
		return sh.conditional(s, p, o, q)
	}
	if sh.options["nounset"] && !o.set && !o.list && o.name != "@" && o.name != "*" {
		return &expansionError{p.Param.Value + ": unbound variable", 1}
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
		return &expansionError{fmt.Sprintf("%s: %s", p.Param.Value, message), 1}
	}
	text, err := sh.alternativeText(word, q)
	if err != nil {
		return err
	}
	if o.list || !syntax.ValidName(o.name) {
		return &expansionError{fmt.Sprintf("$%s: cannot assign in this way", p.Param.Value), 1}
	}
	if err := sh.assignElement(o.name, o.index, text); err != nil {
		return &expansionError{err.Error(), 1}
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

// slice takes a part of a text, in bytes, or of a list.
func (sh *Shell) slice(sl *syntax.Slice, o *operand) error {
	offset, err := sh.arithmeticNode(sl.Offset)
	if err != nil {
		return err
	}
	length, bounded := int64(0), sl.Length != nil
	if bounded {
		if length, err = sh.arithmeticNode(sl.Length); err != nil {
			return err
		}
	}
	if o.list {
		return sh.sliceList(o, offset, length, bounded)
	}
	text := o.text()
	size := int64(len(text))
	if offset < 0 {
		offset += size
	}
	if offset < 0 || offset > size {
		o.values = []string{""}
		return nil
	}
	end := size
	if bounded {
		if end = offset + length; length < 0 {
			end = size + length
		}
		if end < offset {
			return &expansionError{fmt.Sprintf("%d: substring expression < 0", length), 1}
		}
	}
	o.values = []string{text[offset:min(end, size)]}
	return nil
}

func (sh *Shell) sliceList(o *operand, offset, length int64, bounded bool) error {
	if bounded && length < 0 {
		return &expansionError{fmt.Sprintf("%d: substring expression < 0", length), 1}
	}
	values := o.values
	switch {
	case o.name == "@" || o.name == "*":
		// $0 is before the first one.
		values = append([]string{sh.name}, values...)
		if offset < 0 {
			offset += int64(len(values))
		}
	case o.v.kind == indexed:
		if offset < 0 {
			offset += int64(o.v.list.after())
		}
		if offset >= 0 {
			at, _ := o.v.list.find(int(min(offset, 1<<40)))
			offset = int64(at)
		}
	case o.v.kind == associative:
		sh.refuse("a slice of an associative array")
	case offset < 0:
		offset += int64(len(values))
	}
	if offset < 0 || offset > int64(len(values)) {
		o.values = nil
		return nil
	}
	values = values[offset:]
	if bounded && length < int64(len(values)) {
		values = values[:length]
	}
	o.values = values
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

// suffix is where the shortest or longest suffix begins that a pattern
// matches, or the text's end.
func (sh *Shell) suffix(pattern, text string, longest bool) int {
	for i := range len(text) + 1 {
		at := len(text) - i
		if longest {
			at = i
		}
		if sh.matches(pattern, text[at:]) {
			return at
		}
	}
	return len(text)
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

// matches says whether a pattern matches a whole text.
func (sh *Shell) matches(pattern, text string) (ok bool) {
	sh.guard(func() { ok = sh.patternOptions().matches(pattern, text) })
	return ok
}

func (sh *Shell) ends(pattern, text string, start int, longest bool) (end int) {
	sh.guard(func() { end = sh.patternOptions().ends(pattern, text, start, longest) })
	return end
}

// patternOptions are those for patterns that match no file names: in them
// extended patterns always count.
func (sh *Shell) patternOptions() patternOptions {
	return patternOptions{extended: true, fold: sh.shopts["nocasematch"]}
}

// guard runs a match, which may take too long.
func (sh *Shell) guard(f func()) {
	defer func() {
		if r := recover(); r != nil {
			hard, ok := r.(tooHard)
			if !ok {
				panic(r)
			}
			sh.fail(fmt.Errorf("the pattern %q needs too many steps", hard.pattern))
		}
	}()
	f()
}

// replace handles ${x/pattern/text}.
func (sh *Shell) replace(r *syntax.Replace, o *operand) error {
	f, err := sh.field(r.Orig, false)
	if err != nil {
		return err
	}
	with, err := sh.field(r.With, false)
	if err != nil {
		return err
	}
	anchor := byte(0)
	if !r.All && len(f) > 0 && !f[0].quoted && f[0].text != "" && (f[0].text[0] == '#' || f[0].text[0] == '%') {
		anchor = f[0].text[0]
		f = append(field{{f[0].text[1:], false}}, f[1:]...)
	}
	pattern := f.pattern()
	if pattern == "" && anchor == 0 {
		return nil
	}
	values := make([]string, len(o.values))
	for i, v := range o.values {
		values[i] = sh.replaceIn(v, pattern, with, anchor, r.All)
	}
	o.values = values
	return nil
}

func (sh *Shell) replaceIn(text, pattern string, with field, anchor byte, all bool) string {
	var b strings.Builder
	at := 0
	for at <= len(text) {
		end := -1
		if anchor != '%' {
			end = sh.ends(pattern, text, at, true)
		} else if sh.matches(pattern, text[at:]) {
			end = len(text)
		}
		if end < 0 || end == at && anchor == 0 {
			if anchor == '#' {
				break
			}
			if at < len(text) {
				b.WriteByte(text[at])
			}
			at++
			continue
		}
		with.replacement(&b, text[at:end])
		at = end
		if !all {
			break
		}
	}
	if at < len(text) {
		b.WriteString(text[at:])
	}
	return b.String()
}

// replacement writes the field with the match in place of every "&" that is
// not quoted.
func (f field) replacement(b *strings.Builder, match string) {
	for _, p := range f {
		if p.quoted {
			b.WriteString(p.text)
		} else {
			b.WriteString(strings.ReplaceAll(p.text, "&", match))
		}
	}
}
