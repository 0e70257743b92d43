package bash

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

func unset(sh *Shell, args []string) jump {
	variables, functions := true, true
	args = args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		option := args[0]
		args = args[1:]
		switch option {
		case "--":
		case "-v":
			functions = false
			continue
		case "-f":
			variables = false
			continue
		default:
			sh.refuse("the option %s of unset", option)
		}
		break
	}
	sh.status = 0
	for _, name := range args {
		if err := sh.unsetOne(name, variables, functions); err != nil {
			sh.failure("unset: %v", err)
		}
	}
	return on
}

func (sh *Shell) unsetOne(name string, variables, functions bool) error {
	if base, sub, ok := strings.Cut(name, "["); ok && variables {
		return sh.unsetElement(base, strings.TrimSuffix(sub, "]"))
	}
	v, _ := sh.stored(name)
	switch {
	case variables && v != nil:
		return sh.unset(name)
	case variables && !functions && !syntax.ValidName(name):
		return &notAName{name}
	case functions:
		delete(sh.functions, name)
	}
	return nil
}

func (sh *Shell) unsetElement(name, sub string) error {
	name = sh.resolve(name)
	v, _ := sh.stored(name)
	if v == nil {
		return nil
	}
	if v.readonly {
		return errReadonly
	}
	index, err := sh.subscriptText(name, sub)
	switch {
	case err != nil:
		return err
	case index.all != 0 && v.kind == associative:
		sh.refuse("unset of all elements of an associative array")
	case index.all != 0:
		return sh.unset(name)
	case v.kind == associative:
		v.keys.remove(index.key)
	case v.kind == indexed:
		v.list.remove(index.number)
	case index.number == 0:
		return sh.unset(name)
	}
	return nil
}
