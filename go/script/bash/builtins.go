package bash

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// own is one of the shell's own commands. It sets the status.
type own func(sh *Shell, args []string) jump

// builtins are the shell's own commands by name.
var builtins map[string]own

func init() {
	builtins = map[string]own{
		":": succeed, "true": succeed, "false": fails, "[": testCommand, "test": testCommand, "echo": echo, "printf": printf,
		"cd": cd, "pwd": pwd, "pushd": pushd, "popd": popd, "dirs": dirs,
		"eval": eval, "source": sourceCommand, ".": sourceCommand, "exec": exec, "command": command, "builtin": builtinCommand, "type": typeCommand,
		"exit": exit, "return": returnCommand, "break": breakCommand, "continue": breakCommand,
		"set": set, "shopt": shopt, "shift": shift, "unset": unset, "umask": umask, "getopts": getoptsCommand,
		"read": read, "mapfile": mapfile, "readarray": mapfile, "trap": trap, "wait": wait, "hash": hash, "jobs": succeed,
		"alias": alias, "unalias": succeed, "let": letCommand,
	}
	for _, name := range []string{
		"bg", "bind", "caller", "compgen", "complete", "compopt", "disown", "enable", "fc", "fg", "help", "history", "kill", "logout",
		"suspend", "times", "ulimit",
	} {
		builtins[name] = func(sh *Shell, args []string) jump {
			sh.refuse("the command %s", args[0])
			return on
		}
	}
	// The parser makes clauses of these; as results of expansions they come
	// here.
	for _, name := range []string{"declare", "typeset", "local", "export", "readonly"} {
		builtins[name] = declareCommand
	}
}

func succeed(sh *Shell, _ []string) jump {
	sh.status = 0
	return on
}

func fails(sh *Shell, _ []string) jump {
	sh.status = 1
	return on
}

// assignNamed assigns to a name or to NAME[SUBSCRIPT].
func (sh *Shell) assignNamed(target, value string) error {
	name, sub, ok := strings.Cut(target, "[")
	if !syntax.ValidName(name) || ok && !strings.HasSuffix(sub, "]") {
		return &notAName{target}
	}
	var index *subscript
	if ok {
		var err error
		if index, err = sh.subscriptText(name, strings.TrimSuffix(sub, "]")); err != nil {
			return err
		}
	}
	return sh.assignElement(name, index, value)
}

type notAName struct{ text string }

func (e *notAName) Error() string { return "`" + e.text + "': not a valid identifier" }

// usage reports a wrong use of a command.
func (sh *Shell) usage(format string, args ...any) jump {
	sh.errorf(format, args...)
	sh.status = statusUsage
	return on
}

// failure reports that a command failed.
func (sh *Shell) failure(format string, args ...any) jump {
	sh.errorf(format, args...)
	sh.status = 1
	return on
}

// declareCommand is declare or one of its like that an expansion gave.
func declareCommand(sh *Shell, args []string) jump {
	d := &syntax.DeclClause{Variant: &syntax.Lit{Value: args[0]}}
	for _, arg := range args[1:] {
		w := &syntax.Word{Parts: []syntax.WordPart{&syntax.SglQuoted{Value: arg}}}
		d.Args = append(d.Args, &syntax.Assign{Naked: true, Value: w})
	}
	status, err := sh.declare(d)
	if err != nil {
		return sh.expansionFailed(err)
	}
	sh.status = status
	return on
}

func letCommand(sh *Shell, args []string) jump {
	n := int64(0)
	for _, arg := range args[1:] {
		var err error
		if n, err = sh.arithmetic(arg); err != nil {
			return sh.expansionFailed(err)
		}
	}
	sh.status = int(truth(n == 0))
	return on
}

// hash remembers nothing: that a command is there is all that it tells.
func hash(sh *Shell, args []string) jump {
	sh.status = 0
	for _, name := range args[1:] {
		if strings.HasPrefix(name, "-") {
			if name == "-r" {
				continue
			}
			sh.refuse("the option %s of hash", name)
		}
		if _, ok := sh.host.Find(name); !ok {
			sh.failure("hash: %s: not found", name)
		}
	}
	return on
}

// alias makes nothing: aliases count only in interactive shells.
func alias(sh *Shell, args []string) jump {
	for _, arg := range args[1:] {
		if !strings.Contains(arg, "=") {
			sh.refuse("listing aliases")
		}
	}
	sh.status = 0
	return on
}
