package bash

import (
	"fmt"

	"mvdan.cc/sh/v3/syntax"

	"github.com/rules-strata/rules_strata/go/script/builtin"
)

// test evaluates what stands in [[ ]].
func (sh *Shell) test(x syntax.TestExpr) (bool, error) {
	switch x := x.(type) {
	case *syntax.Word:
		text, err := sh.value(x, false)
		return text != "", err
	case *syntax.ParenTest:
		return sh.test(x.X)
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			ok, err := sh.test(x.X)
			return !ok, err
		}
		w, ok := x.X.(*syntax.Word)
		if !ok {
			return false, fmt.Errorf("unexpected operand of %s", x.Op)
		}
		text, err := sh.value(w, false)
		if err != nil {
			return false, err
		}
		return sh.unaryTest(x.Op, text)
	case *syntax.BinaryTest:
		return sh.binaryTest(x)
	}
	sh.refuse("%T in [[ ]]", x)
	return false, nil
}

func (sh *Shell) binaryTest(x *syntax.BinaryTest) (bool, error) {
	inTest := sh.inTest
	sh.inTest = true
	defer func() { sh.inTest = inTest }()
	switch x.Op {
	case syntax.AndTest, syntax.OrTest:
		ok, err := sh.test(x.X)
		if err != nil || ok == (x.Op == syntax.OrTest) {
			return ok, err
		}
		return sh.test(x.Y)
	}
	left, err := sh.value(x.X.(*syntax.Word), false)
	if err != nil {
		return false, err
	}
	f, err := sh.field(x.Y.(*syntax.Word), false)
	if err != nil {
		return false, err
	}
	switch x.Op {
	case syntax.TsMatch, syntax.TsMatchShort:
		return sh.matches(f.pattern(), left), nil
	case syntax.TsNoMatch:
		return !sh.matches(f.pattern(), left), nil
	case syntax.TsReMatch:
		return sh.regex(left, sh.regexOf(x.Y.(*syntax.Word), f))
	case syntax.TsBefore:
		return left < f.text(), nil
	case syntax.TsAfter:
		return left > f.text(), nil
	case syntax.TsNewer, syntax.TsOlder, syntax.TsDevIno:
		return sh.compareFiles(x.Op, left, f.text()), nil
	}
	a, err := sh.arithmetic(left)
	var b int64
	if err == nil {
		b, err = sh.arithmetic(f.text())
	}
	if err != nil {
		// Here bash goes on.
		sh.report(err)
		return false, nil
	}
	switch x.Op {
	case syntax.TsEql:
		return a == b, nil
	case syntax.TsNeq:
		return a != b, nil
	case syntax.TsLeq:
		return a <= b, nil
	case syntax.TsGeq:
		return a >= b, nil
	case syntax.TsLss:
		return a < b, nil
	case syntax.TsGtr:
		return a > b, nil
	}
	sh.refuse("%s in [[ ]]", x.Op)
	return false, nil
}

// regexOf is the regular expression that a word stands for. Where it is not
// quoted, a backslash stays, as the expression's own.
func (sh *Shell) regexOf(w *syntax.Word, f field) string {
	// A backslash of the script quotes the byte after it, and in an expression
	// means the same; before a letter it would be an operator there.
	return f.regex()
}

// regex matches an extended regular expression and sets BASH_REMATCH.
func (sh *Shell) regex(text, pattern string) (bool, error) {
	offsets, err := builtin.MatchExtended(pattern, text)
	if err != nil {
		return false, errSilent
	}
	var groups []string
	for i := 0; i+1 < len(offsets); i += 2 {
		group := ""
		if offsets[i] >= 0 {
			group = text[offsets[i]:offsets[i+1]]
		}
		groups = append(groups, group)
	}
	v, err := sh.writable("BASH_REMATCH")
	if err != nil {
		return false, err
	}
	*v = variable{kind: indexed, set: true, list: listOf(groups)}
	return offsets != nil, nil
}
