package bash

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

const (
	// fixedPID is what $$ says: a build's process numbers mean nothing.
	fixedPID     = "2"
	fixedPPID    = "1"
	fixedVersion = "5.2.37(1)-release"
	maxReference = 50
)

// errReadonly and the others are failures of assignments.
var (
	errReadonly  = errors.New("readonly variable")
	errSubscript = errors.New("bad array subscript")
)

// refused are variables that would differ from run to run or machine to
// machine, or that the interpreter does not keep.
var refused = map[string]string{
	"RANDOM": "a random number would make the image differ from run to run", "SRANDOM": "a random number would make the image differ from run to run",
	"BASHPID": "process numbers mean nothing here", "HOSTNAME": "the image must not depend on the machine",
	"HOSTTYPE": "the image must not depend on the machine", "MACHTYPE": "the image must not depend on the machine",
	"BASH": "", "BASH_ARGC": "", "BASH_ARGV": "", "BASH_ARGV0": "", "BASH_COMMAND": "", "BASH_EXECUTION_STRING": "", "BASH_LINENO": "",
	"BASH_SOURCE": "", "BASH_SUBSHELL": "", "BASH_VERSINFO": "use BASH_VERSION", "BASHOPTS": "", "SHELLOPTS": "", "GROUPS": "use id -G",
	"BASH_ALIASES": "", "BASH_CMDS": "", "COPROC": "", "MAILCHECK": "", "HISTCMD": "", "COMP_WORDBREAKS": "",
}

// initVariables sets what a shell begins with.
func (sh *Shell) initVariables() {
	vars := sh.scopes[0].variables
	for _, pair := range sh.config.Env {
		if name, value, ok := strings.Cut(pair, "="); ok && syntax.ValidName(name) {
			vars[name] = &variable{set: true, text: value, exported: true}
		}
	}
	set := func(name, value string) *variable {
		v := &variable{set: true, text: value}
		vars[name] = v
		return v
	}
	uid := itoa(sh.config.UID)
	set("UID", uid).readonly = true
	set("EUID", uid).readonly = true
	set("PPID", fixedPPID).readonly = true
	set("IFS", defaultSeparator)
	set("OPTIND", "1")
	set("OPTERR", "1")
	set("PS4", "+ ")
	set("OSTYPE", "linux-gnu")
	set("BASH_VERSION", fixedVersion)
	set("PWD", sh.dir).exported = true
	if vars["OLDPWD"] == nil {
		vars["OLDPWD"] = &variable{exported: true}
	}
	if vars["SHLVL"] == nil {
		set("SHLVL", "1").exported = true
	}
}

// special is a variable that is not stored.
func (sh *Shell) special(name string) (*variable, bool) {
	text := func(s string) (*variable, bool) { return &variable{set: true, text: s}, true }
	switch name {
	case "#":
		return text(itoa(len(sh.params)))
	case "?":
		return text(itoa(sh.status))
	case "-":
		return text(sh.optionFlags())
	case "$":
		return text(fixedPID)
	case "!":
		if sh.jobs == 0 {
			return &variable{}, true
		}
		return text(jobNumber(sh.jobs))
	case "_":
		return text(sh.lastArg)
	case "0":
		return text(sh.name)
	case "@", "*":
		return &variable{kind: indexed, set: len(sh.params) > 0, list: listOf(sh.params)}, true
	case "LINENO":
		line := sh.pos.Line
		if sh.pos.Inner > 0 {
			line = sh.pos.Inner
		}
		return text(itoa(line))
	case "SECONDS":
		return text("0")
	case "EPOCHSECONDS":
		return text(itoa(sh.clock.Unix()))
	case "EPOCHREALTIME":
		return text(itoa(sh.clock.Unix()) + ".000000")
	case "PIPESTATUS":
		var list []string
		for _, s := range sh.pipeStatus {
			list = append(list, itoa(s))
		}
		return &variable{kind: indexed, set: true, list: listOf(list)}, true
	case "FUNCNAME":
		names := slices.Clone(sh.calls)
		slices.Reverse(names)
		return &variable{kind: indexed, set: len(names) > 0, list: listOf(names)}, true
	case "DIRSTACK":
		return &variable{kind: indexed, set: true, list: listOf(append([]string{sh.dir}, sh.dirs...))}, true
	}
	if n, ok := positional(name); ok {
		if n > len(sh.params) {
			return &variable{}, true
		}
		return text(sh.params[n-1])
	}
	return nil, false
}

// positional is the number of a parameter from its name.
func positional(name string) (int, bool) {
	n := 0
	for i := range len(name) {
		if name[i] < '0' || name[i] > '9' || n > 1<<20 {
			return 0, false
		}
		n = n*10 + int(name[i]-'0')
	}
	return n, n > 0
}

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

// text is a variable's value as a string, "" if it is not set.
func (sh *Shell) text(name string) string {
	s, _ := sh.get(name).scalarText()
	return s
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
