package bash

import (
	"maps"
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// stored is a variable that is stored, and its scope.
func (sh *Shell) stored(name string) (*variable, *scope) {
	for _, s := range slices.Backward(sh.scopes) {
		if v := s.variables[name]; v != nil {
			return v, s
		}
	}
	return nil, nil
}

// get is a variable; it is never nil. References are followed.
func (sh *Shell) get(name string) *variable {
	for range maxReference {
		if v, ok := sh.special(name); ok {
			return v
		}
		v, _ := sh.stored(name)
		if v == nil {
			if why, ok := refused[name]; ok {
				sh.instead("the variable "+name, why)
			}
			return &variable{}
		}
		if !v.reference || !v.set {
			return v
		}
		if !syntax.ValidName(v.text) {
			sh.refuse("a name reference (declare -n) to %q", v.text)
		}
		name = v.text
	}
	sh.refuse("a circle of name references")
	return nil
}

// resolve is the name that a name reference leads to.
func (sh *Shell) resolve(name string) string {
	for range maxReference {
		v, _ := sh.stored(name)
		if v == nil || !v.reference || !v.set {
			return name
		}
		name = v.text
	}
	return name
}

// text is a variable's value as a string, "" if it is not set.
func (sh *Shell) text(name string) string {
	s, _ := sh.get(name).scalarText()
	return s
}

// names are the names of all variables that are set, sorted.
func (sh *Shell) names() []string {
	found := map[string]bool{}
	for _, s := range sh.scopes {
		for name := range s.variables {
			v, _ := sh.stored(name)
			found[name] = v.set || v.kind != scalar
		}
	}
	maps.DeleteFunc(found, func(_ string, set bool) bool { return !set })
	return slices.Sorted(maps.Keys(found))
}

// environment is what commands get, sorted.
func (sh *Shell) environment() []string {
	var env []string
	for _, name := range sh.names() {
		if v, _ := sh.stored(name); v.exported && v.kind == scalar && v.set {
			env = append(env, name+"="+v.text)
		}
	}
	return env
}
