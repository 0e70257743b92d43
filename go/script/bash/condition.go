package bash

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/rules-strata/rules_strata/go/script/builtin"
	"github.com/rules-strata/rules_strata/go/scriptfs"
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
	if err != nil {
		return false, err
	}
	b, err := sh.arithmetic(f.text())
	if err != nil {
		return false, err
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

func (sh *Shell) compareFiles(op syntax.BinTestOperator, a, b string) bool {
	x, xErr := sh.fs.Stat(sh.path(a))
	y, yErr := sh.fs.Stat(sh.path(b))
	sh.checkHost()
	switch op {
	case syntax.TsNewer:
		return xErr == nil && (yErr != nil || x.MTime.After(y.MTime))
	case syntax.TsOlder:
		return yErr == nil && (xErr != nil || x.MTime.Before(y.MTime))
	}
	return xErr == nil && yErr == nil && x.Ino == y.Ino
}

// unaryTest evaluates an operator with one operand.
func (sh *Shell) unaryTest(op syntax.UnTestOperator, text string) (bool, error) {
	switch op {
	case syntax.TsEmpStr:
		return text == "", nil
	case syntax.TsNempStr:
		return text != "", nil
	case syntax.TsOptSet:
		return sh.options[text], nil
	case syntax.TsVarSet:
		return sh.isSet(text)
	case syntax.TsRefVar:
		v, _ := sh.stored(text)
		return v != nil && v.reference, nil
	case syntax.TsFdTerm:
		return false, nil
	case syntax.TsModif:
		sh.refuse("-N in a test")
	}
	path := sh.path(text)
	if f, ok := sh.deviceFile(text); ok {
		return f != nil && op != syntax.TsRegFile && op != syntax.TsDirect, nil
	}
	look := sh.fs.Stat
	if op == syntax.TsSmbLink {
		look = sh.fs.Lstat
	}
	info, err := look(path)
	sh.checkHost()
	if err != nil {
		return false, nil
	}
	return sh.fileTest(op, info), nil
}

func (sh *Shell) fileTest(op syntax.UnTestOperator, i scriptfs.Info) bool {
	switch op {
	case syntax.TsExists, syntax.TsRead:
		return true
	case syntax.TsRegFile:
		return i.Type == scriptfs.Regular
	case syntax.TsDirect:
		return i.Type == scriptfs.Directory
	case syntax.TsCharSp:
		return i.Type == scriptfs.CharDevice
	case syntax.TsBlckSp:
		return i.Type == scriptfs.BlockDevice
	case syntax.TsNmPipe:
		return i.Type == scriptfs.FIFO
	case syntax.TsSocket:
		return false
	case syntax.TsSmbLink:
		return i.Type == scriptfs.Symlink
	case syntax.TsSticky:
		return i.Mode&0o1000 != 0
	case syntax.TsGIDSet:
		return i.Mode&0o2000 != 0
	case syntax.TsUIDSet:
		return i.Mode&0o4000 != 0
	case syntax.TsWrite:
		return !i.ReadOnly
	case syntax.TsExec:
		return i.Type == scriptfs.Directory || i.Mode&0o111 != 0
	case syntax.TsNoEmpty:
		return i.Type != scriptfs.Regular || i.Size > 0
	case syntax.TsUsrOwn:
		return i.UID == int64(sh.owner())
	case syntax.TsGrpOwn:
		return i.GID == int64(sh.owner())
	}
	sh.refuse("%s in a test", op)
	return false
}

// owner is whom new files belong to.
func (sh *Shell) owner() int { return 0 }

// isSet says whether a variable, or an element of an array, is set.
func (sh *Shell) isSet(text string) (bool, error) {
	name, sub, ok := strings.Cut(text, "[")
	if !ok {
		o := sh.operandOf(text, nil)
		return o.set, nil
	}
	index, err := sh.subscriptText(name, strings.TrimSuffix(sub, "]"))
	if err != nil {
		return false, err
	}
	return sh.operandOf(name, index).set, nil
}

// testCommand is test and [: those of package builtin, but for what only a
// shell knows.
func testCommand(sh *Shell, args []string) jump {
	operands := args[1:]
	if args[0] == "[" && len(operands) > 0 && operands[len(operands)-1] == "]" {
		operands = operands[:len(operands)-1]
	}
	negate := false
	if len(operands) == 3 && operands[0] == "!" {
		negate, operands = true, operands[1:]
	}
	if len(operands) == 2 {
		for name, op := range map[string]syntax.UnTestOperator{
			"-v": syntax.TsVarSet, "-o": syntax.TsOptSet, "-R": syntax.TsRefVar, "-t": syntax.TsFdTerm, "-O": syntax.TsUsrOwn, "-G": syntax.TsGrpOwn,
		} {
			if operands[0] == name {
				ok, err := sh.unaryTest(op, operands[1])
				if err != nil {
					sh.report(err)
					sh.status = statusUsage
					return on
				}
				sh.status = int(truth(ok == negate))
				return on
			}
		}
	}
	for _, o := range operands[:max(0, len(operands)-1)] {
		if len(operands) > 3 && (o == "-v" || o == "-R") {
			sh.instead(o+" within a longer test", "use [[ ]]")
		}
	}
	sh.status = sh.external(args)
	return on
}
