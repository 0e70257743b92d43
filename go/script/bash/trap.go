package bash

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// signals are those that a script can name; none is ever sent here.
var signals = []string{
	"HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT",
	"STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
}

// signalName is the name of a signal or of an event.
func signalName(text string) (string, bool) {
	name := strings.TrimPrefix(strings.ToUpper(text), "SIG")
	switch name {
	case "0", "EXIT":
		return "EXIT", true
	case "ERR", "DEBUG", "RETURN":
		return name, true
	}
	if n, ok := positional(text); ok && n <= len(signals) {
		return signals[n-1], true
	}
	return name, slices.Contains(signals, name)
}

// trap sets what runs at the shell's end, or when a command fails.
func trap(sh *Shell, args []string) jump {
	args = args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	sh.status = 0
	switch {
	case len(args) == 0 || args[0] == "-p":
		for _, name := range slices.Sorted(maps.Keys(sh.traps)) {
			shown := name
			if slices.Contains(signals, name) {
				shown = "SIG" + name
			}
			fmt.Fprintf(sh.stdout(), "trap -- %s %s\n", quoteValue(sh.traps[name]), shown)
		}
		return on
	case strings.HasPrefix(args[0], "-") && args[0] != "-":
		sh.refuse("the option %s of trap", args[0])
	}
	action, remove := args[0], args[0] == "-"
	if len(args) == 1 {
		remove = true
	} else {
		args = args[1:]
	}
	for _, arg := range args {
		name, ok := signalName(arg)
		switch {
		case !ok:
			sh.failure("trap: %s: invalid signal specification", arg)
		case remove:
			delete(sh.traps, name)
		case name == "DEBUG" || name == "RETURN":
			sh.refuse("trap on %s", name)
		default:
			sh.traps[name] = action
		}
	}
	return on
}

// exitTrap runs the trap on EXIT.
func (sh *Shell) exitTrap() {
	action, ok := sh.traps["EXIT"]
	if !ok {
		return
	}
	delete(sh.traps, "EXIT")
	if action == "" {
		return
	}
	status := sh.status
	sh.loops, sh.calls = 0, nil
	sh.ignoring = 0
	at, command := sh.failedAt, sh.failedCommand
	if j := sh.nested(action, "trap on EXIT"); j != exiting {
		sh.status = status
	}
	sh.failedAt, sh.failedCommand = at, command
}

// errTrap runs the trap on ERR.
func (sh *Shell) errTrap() {
	action := sh.traps["ERR"]
	if action == "" || sh.inTrap || sh.inFunction() && !sh.options["errtrace"] {
		return
	}
	status, pos := sh.status, sh.pos
	sh.inTrap = true
	sh.nested(action, "trap on ERR")
	sh.inTrap = false
	sh.status, sh.pos = status, pos
}
