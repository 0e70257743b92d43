package bash

import (
	"errors"
	"io"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// simple runs assignments, redirections and a command of words.
func (sh *Shell) simple(s *syntax.Stmt, c *syntax.CallExpr) jump {
	substituted := sh.substituted
	sh.substituted = false
	before := sh.status
	args, err := sh.fields(c.Args)
	if err != nil {
		return sh.expansionFailed(err)
	}
	if len(args) == 0 {
		j := sh.assignments(s, c, before)
		sh.substituted = substituted
		return j
	}
	sh.substituted = substituted
	sh.status = before
	undo, err := sh.redirect(s.Redirs)
	if err != nil {
		undo()
		sh.report(err)
		sh.status = 1
		return sh.checked(args[0])
	}
	keep := args[0] == "exec" && len(args) == 1 && sh.functions["exec"] == nil
	j := sh.withAssignments(c, args)
	if keep && j == on {
		undo = func() {}
	}
	undo()
	sh.lastArg = args[len(args)-1]
	return j
}

// assignments runs assignments without a command.
func (sh *Shell) assignments(s *syntax.Stmt, c *syntax.CallExpr, before int) jump {
	if !sh.substituted {
		sh.status = before
	}
	for _, as := range c.Assigns {
		if err := sh.assign(as, nil); err != nil {
			var e *expansionError
			if errors.As(err, &e) {
				return sh.expansionFailed(err)
			}
			sh.report(err)
			sh.status = 1
			sh.note("an assignment")
			return exiting
		}
	}
	if len(c.Assigns) > 0 {
		sh.traceAssignments(c)
	}
	undo, err := sh.redirect(s.Redirs)
	undo()
	switch {
	case err != nil:
		sh.report(err)
		sh.status = 1
	case !sh.substituted:
		sh.status = 0
	}
	sh.lastArg = ""
	return sh.checked("the command substitution")
}

// withAssignments runs a command with the variables that stand before it.
func (sh *Shell) withAssignments(c *syntax.CallExpr, args []string) jump {
	if len(c.Assigns) == 0 {
		sh.trace(args)
		return sh.call(args)
	}
	temporary := newScope(false)
	depth := len(sh.scopes)
	for _, as := range c.Assigns {
		name := as.Name.Value
		if as.Array != nil || as.Index != nil {
			sh.refuse("an assignment to an array before a command")
		}
		old := sh.get(name)
		if old.readonly {
			// The command runs without the assignment.
			sh.errorf("%s: %v", name, errReadonly)
			continue
		}
		value, err := sh.value(as.Value, true)
		if err != nil {
			return sh.expansionFailed(err)
		}
		if as.Append {
			value = sh.text(name) + value
		}
		if _, ok := refused[name]; ok {
			sh.get(name)
		}
		if name == "PWD" {
			sh.refuse("assigning to PWD")
		}
		temporary.variables[name] = &variable{set: true, text: value, exported: true}
		if len(sh.scopes) == depth {
			sh.scopes = append(sh.scopes, temporary)
		}
	}
	sh.trace(args)
	j := sh.call(args)
	sh.scopes = sh.scopes[:depth]
	return j
}

// call runs a function, a command of the shell's own, or another command.
func (sh *Shell) call(args []string) jump {
	name := args[0]
	if f := sh.functions[name]; f != nil {
		return sh.function(f, args)
	}
	if b, ok := builtins[name]; ok {
		return sh.builtin(name, b, args)
	}
	sh.status = sh.external(args)
	return sh.checked(name)
}

// builtin runs one of the shell's own commands.
func (sh *Shell) builtin(name string, b own, args []string) jump {
	pos := sh.pos
	j := b(sh, args)
	sh.pos = pos
	if j != on {
		sh.checkHost()
		if j == exiting && sh.failedCommand == "" {
			sh.note(name)
		}
		return j
	}
	if name == "eval" || name == "source" || name == "." || name == "command" || name == "builtin" {
		return sh.checkedSubshell(name)
	}
	return sh.checked(name)
}

// function calls a function.
func (sh *Shell) function(f *function, args []string) jump {
	if sh.depth++; sh.depth > maxDepth {
		sh.refuse("a recursion of more than %d levels", maxDepth)
	}
	params, source, pos, loops, scopes := sh.params, sh.source, sh.pos, sh.loops, len(sh.scopes)
	sh.params, sh.source, sh.loops = args[1:], f.source, 0
	sh.calls = append(sh.calls, args[0])
	sh.scopes = append(sh.scopes, newScope(true))
	j := sh.statement(f.body)
	sh.scopes = sh.scopes[:scopes]
	sh.calls = sh.calls[:len(sh.calls)-1]
	inner, innerCommand := sh.failedAt, sh.failedCommand
	sh.params, sh.source, sh.pos, sh.loops = params, source, pos, loops
	sh.depth--
	if j == returning {
		j = on
	}
	if j == on {
		j = sh.checked(args[0])
		if j == exiting && innerCommand != "" && sh.failedCommand == args[0] {
			_ = inner
		}
	}
	return j
}

// external runs a command that is neither a function nor the shell's own, and
// gives its exit status.
func (sh *Shell) external(args []string) (status int) {
	p := &Process{
		Context: sh.context, Args: args, Dir: sh.physical, Env: sh.environment(), Umask: sh.umask, Pos: sh.pos,
		Stdin: sh.stream(0), Stdout: sh.stream(1), Stderr: sh.stream(2),
	}
	sh.checkHost()
	if sh.until(func() { status = sh.host.Run(p) }) != nil {
		return statusSigpipe
	}
	sh.sched.check()
	return status & 0xff
}

// stream is what a command gets for a descriptor. A descriptor that is closed
// gives errors.
func (sh *Shell) stream(n int) interface {
	io.Reader
	io.Writer
} {
	f := sh.files[n]
	if f == nil {
		return (*openFile)(nil)
	}
	return f
}

// trace writes a command if the option xtrace is on.
func (sh *Shell) trace(args []string) {
	if !sh.options["xtrace"] {
		return
	}
	shown := make([]string, len(args))
	for i, a := range args {
		shown[i] = a
		if a == "" || strings.Trim(a, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=+,@%") != "" {
			shown[i] = quoteValue(a)
		}
	}
	io.WriteString(sh.stderr(), "+ "+strings.Join(shown, " ")+"\n")
}

func (sh *Shell) traceAssignments(c *syntax.CallExpr) {
	for _, as := range c.Assigns {
		sh.trace([]string{as.Name.Value + "=" + sh.text(as.Name.Value)})
	}
}
