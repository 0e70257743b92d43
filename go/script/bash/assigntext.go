package bash

import (
	"errors"
	"fmt"
	"strings"
)

// errReadonly and the others are failures of assignments.
var (
	errReadonly  = errors.New("readonly variable")
	errSubscript = errors.New("bad array subscript")
)

// writable is a stored variable to change, which is made unless it is there.
func (sh *Shell) writable(name string) (*variable, error) {
	name = sh.resolve(name)
	if why, ok := refused[name]; ok {
		sh.instead("assigning to "+name, why)
	}
	switch name {
	case "LINENO", "SECONDS", "EPOCHSECONDS", "EPOCHREALTIME", "PIPESTATUS", "DIRSTACK", "FUNCNAME", "_":
		sh.refuse("assigning to %s", name)
	case "PWD", "BASH_VERSION", "POSIXLY_CORRECT", "BASH_COMPAT", "LC_ALL", "LC_CTYPE", "LC_COLLATE", "LANG":
		if name != "PWD" && strings.HasPrefix(name, "L") {
			break
		}
		sh.refuse("assigning to %s", name)
	}
	v, _ := sh.stored(name)
	if v == nil {
		v = &variable{}
		sh.scopes[0].variables[name] = v
	}
	if v.readonly {
		return nil, fmt.Errorf("%s: %w", name, errReadonly)
	}
	return v, nil
}

// setText assigns to a variable, or to an array's element 0.
func (sh *Shell) setText(name, value string) error {
	v, err := sh.writable(name)
	if err != nil {
		return err
	}
	return sh.assignText(name, v, value)
}

// assignText gives a variable a value as its attributes want it.
func (sh *Shell) assignText(name string, v *variable, value string) error {
	value, err := sh.cast(v, value)
	if err != nil {
		return err
	}
	switch {
	case v.kind == indexed:
		v.list.put(0, value)
	case v.kind == associative:
		v.keys.put("0", value)
	default:
		v.text = value
	}
	v.set = true
	if sh.options["allexport"] {
		v.exported = true
	}
	if name == "OPTIND" {
		sh.getopts.inside = 0
	}
	return nil
}

// cast is a value as a variable's attributes want it.
func (sh *Shell) cast(v *variable, value string) (string, error) {
	switch {
	case v.integer:
		n, err := sh.arithmetic(value)
		if err != nil {
			return "", err
		}
		return itoa(n), nil
	case v.lower:
		return mapBytes(value, lowerByte), nil
	case v.upper:
		return mapBytes(value, upperByte), nil
	}
	return value, nil
}

// unset removes a variable.
func (sh *Shell) unset(name string) error {
	name = sh.resolve(name)
	v, s := sh.stored(name)
	if v == nil {
		return nil
	}
	if v.readonly {
		return fmt.Errorf("%s: cannot unset: %w", name, errReadonly)
	}
	if name == "PWD" || name == "OPTIND" {
		sh.refuse("unset %s", name)
	}
	if v.local && s == sh.scopes[len(sh.scopes)-1] {
		// A function's variable stays local, so that the outer one stays
		// hidden.
		s.variables[name] = &variable{local: true}
		return nil
	}
	delete(s.variables, name)
	return nil
}
