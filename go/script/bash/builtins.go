package bash

import (
	"strconv"
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

// eval runs its arguments as a script.
func eval(sh *Shell, args []string) jump {
	if len(args) > 1 && args[1] == "--" {
		args = args[1:]
	}
	text := strings.Join(args[1:], " ")
	if strings.TrimSpace(text) == "" {
		sh.status = 0
		return on
	}
	return sh.nested(text, "eval")
}

// nested runs a text that a command got, in the shell itself.
func (sh *Shell) nested(text, what string) jump {
	if sh.depth++; sh.depth > maxDepth {
		sh.refuse("a recursion of more than %d levels", maxDepth)
	}
	defer func() { sh.depth-- }()
	src := sh.source
	p := sh.parse(text, what)
	sh.source = p.source
	if len(p.statements) == 0 {
		sh.status = 0
	}
	j := sh.statements(p.statements)
	sh.source = src
	return j
}

// sourceCommand runs a file as a part of the script.
func sourceCommand(sh *Shell, args []string) jump {
	if len(args) > 1 && args[1] == "--" {
		args = args[1:]
	}
	if len(args) < 2 {
		return sh.usage("%s: filename argument required", args[0])
	}
	text, err := sh.readScript(args[1])
	if err != nil {
		return sh.failure("%s: %s", args[1], reason(err))
	}
	params := sh.params
	if len(args) > 2 {
		sh.params = args[2:]
	}
	given := sh.params
	loops := sh.loops
	sh.sourced++
	j := sh.nested(text, args[1])
	sh.sourced--
	sh.loops = loops
	if len(args) > 2 && same(given, sh.params) {
		sh.params = params
	}
	if j == returning {
		j = on
	}
	return j
}

// same says whether two lists are the same one.
func same(a, b []string) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// exec replaces the shell by a command, or keeps redirections.
func exec(sh *Shell, args []string) jump {
	if len(args) == 1 {
		sh.status = 0
		return on
	}
	if args[1] == "--" {
		args = args[1:]
	} else if strings.HasPrefix(args[1], "-") {
		sh.refuse("exec with the option %s", args[1])
	}
	if len(args) == 1 {
		sh.status = 0
		return on
	}
	delete(sh.traps, "EXIT")
	sh.status = sh.external(args[1:])
	if sh.status != 0 {
		sh.note(args[1])
	}
	return exiting
}

func exit(sh *Shell, args []string) jump {
	if len(args) > 1 {
		n, err := strconv.Atoi(args[1])
		switch {
		case err != nil:
			sh.errorf("exit: %s: numeric argument required", args[1])
			sh.status = statusUsage
		case len(args) > 2:
			return sh.failure("exit: too many arguments")
		default:
			sh.status = n & 0xff
		}
	}
	sh.note("exit")
	return exiting
}

func returnCommand(sh *Shell, args []string) jump {
	if !sh.inFunction() && sh.sourced == 0 {
		return sh.usage("return: can only `return' from a function or sourced script")
	}
	if len(args) > 1 {
		n, err := strconv.Atoi(args[1])
		if err != nil {
			sh.errorf("return: %s: numeric argument required", args[1])
			n = statusUsage
		}
		sh.status = n & 0xff
	}
	return returning
}

func breakCommand(sh *Shell, args []string) jump {
	n := 1
	if len(args) > 1 {
		var err error
		if n, err = strconv.Atoi(args[1]); err != nil {
			sh.usage("%s: %s: numeric argument required", args[0], args[1])
			return exiting
		}
		if n < 1 {
			sh.failure("%s: %s: loop count out of range", args[0], args[1])
			n = sh.loops
		}
	}
	sh.status = 0
	if sh.loops == 0 {
		sh.errorf("%s: only meaningful in a `for', `while', or `until' loop", args[0])
		return on
	}
	sh.levels = min(n, sh.loops)
	if args[0] == "break" {
		return breaking
	}
	return continuing
}

func shift(sh *Shell, args []string) jump {
	n := 1
	if len(args) > 1 {
		var err error
		if n, err = strconv.Atoi(args[1]); err != nil {
			return sh.failure("shift: %s: numeric argument required", args[1])
		}
	}
	switch {
	case n < 0:
		return sh.failure("shift: %d: shift count out of range", n)
	case n > len(sh.params):
		sh.status = 1
		return on
	}
	sh.params = sh.params[n:]
	sh.status = 0
	return on
}

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

// wait waits for nothing: what ran in the background has ended.
func wait(sh *Shell, args []string) jump {
	sh.status = 0
	for _, arg := range args[1:] {
		number, err := strconv.Atoi(strings.TrimPrefix(arg, "%"))
		if strings.HasPrefix(arg, "-") {
			sh.refuse("the option %s of wait", arg)
		}
		job := number
		if !strings.HasPrefix(arg, "%") {
			job = number - firstJob + 1
		}
		if err != nil || job < 1 || job > len(sh.finished) {
			sh.errorf("wait: pid %s is not a child of this shell", arg)
			sh.status = statusNotFound
			continue
		}
		sh.status = sh.finished[job-1]
	}
	return on
}

// firstJob is the process number of the first command in the background.
const firstJob = 1000

func jobNumber(n int) string { return strconv.Itoa(firstJob + n - 1) }

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
