package bash

import (
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
		if len(names) > 0 {
			names = append(names, "main")
		}
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
