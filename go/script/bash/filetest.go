package bash

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

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
