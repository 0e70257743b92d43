package bash

import (
	"errors"

	"mvdan.cc/sh/v3/syntax"
)

// errSilent is a failure that was reported, or needs no report.
var errSilent = errors.New("failed")

// statements runs one statement after the other.
func (sh *Shell) statements(list []*syntax.Stmt) jump {
	for _, s := range list {
		if j := sh.statement(s); j != on {
			return j
		}
	}
	return on
}

// statement runs one.
func (sh *Shell) statement(s *syntax.Stmt) jump {
	sh.sched.check()
	sh.pos = sh.source.at(s.Pos())
	switch {
	case s.Coprocess || s.Disown:
		sh.refuse("%s", "|& or &! after a command")
	case s.Background:
		return sh.background(s)
	case s.Negated:
		sh.ignoring++
		j := sh.redirected(s)
		sh.ignoring--
		if j == on {
			sh.status = int(truth(sh.status == 0))
		}
		return j
	}
	return sh.redirected(s)
}

// redirected runs a statement's command with its redirections.
func (sh *Shell) redirected(s *syntax.Stmt) jump {
	call, simple := s.Cmd.(*syntax.CallExpr)
	if simple || s.Cmd == nil {
		if call == nil {
			call = &syntax.CallExpr{}
		}
		return sh.simple(s, call)
	}
	if d, ok := s.Cmd.(*syntax.DeclClause); ok {
		return sh.declaration(s, d)
	}
	if len(s.Redirs) == 0 {
		return sh.command(s.Cmd)
	}
	undo, err := sh.redirect(s.Redirs)
	defer undo()
	if err != nil {
		sh.report(err)
		sh.status = 1
		return on
	}
	return sh.command(s.Cmd)
}

// declaration runs declare and its like.
func (sh *Shell) declaration(s *syntax.Stmt, d *syntax.DeclClause) jump {
	undo, err := sh.redirect(s.Redirs)
	defer undo()
	if err != nil {
		sh.report(err)
		sh.status = 1
		return sh.checked(d.Variant.Value)
	}
	sh.trace(append([]string{}, d.Variant.Value, "…"))
	status, err := sh.declare(d)
	if err != nil {
		return sh.expansionFailed(err)
	}
	sh.status = status
	return sh.checked(d.Variant.Value)
}

// report writes an error's message, unless it was already reported.
func (sh *Shell) report(err error) {
	if !errors.Is(err, errSilent) {
		sh.errorf("%v", err)
	}
}

// expansionFailed reports a failed expansion, which ends the shell.
func (sh *Shell) expansionFailed(err error) jump {
	sh.checkHost()
	sh.report(err)
	sh.status = 1
	var e *expansionError
	if errors.As(err, &e) {
		sh.status = e.status
	}
	sh.note("an expansion")
	return exiting
}

// note keeps what failed, for the message that the script failed.
func (sh *Shell) note(command string) {
	sh.failedAt, sh.failedCommand = sh.pos, command
}

// checked is what comes after a command that can end the shell by its exit
// status.
func (sh *Shell) checked(name string) jump {
	sh.checkHost()
	if sh.status == 0 || sh.ignoring > 0 {
		return on
	}
	sh.errTrap()
	if sh.options["errexit"] {
		sh.note(name)
		return exiting
	}
	return on
}

// background runs a command that the script does not wait for: at once, so
// that what it does is the same at each run.
func (sh *Shell) background(s *syntax.Stmt) jump {
	copied := *s
	copied.Background = false
	sh.jobs++
	status := sh.inSubshell(func(sub *Shell) {
		sub.files.set(0, emptyFile())
		sub.ignoring = 0
		sub.run(func() jump { return sub.statement(&copied) })
	})
	sh.finished = append(sh.finished, status)
	sh.status = 0
	return on
}

// run runs f as all that a subshell does.
func (sh *Shell) run(f func() jump) { f() }

// command runs what is no simple command.
func (sh *Shell) command(c syntax.Command) jump {
	switch c := c.(type) {
	case *syntax.Block:
		return sh.statements(c.Stmts)
	case *syntax.Subshell:
		sh.status = sh.inSubshell(func(sub *Shell) { sub.statements(c.Stmts) })
		return sh.checkedSubshell("the subshell")
	case *syntax.BinaryCmd:
		return sh.binary(c)
	case *syntax.IfClause:
		return sh.ifClause(c)
	case *syntax.WhileClause:
		return sh.while(c)
	case *syntax.ForClause:
		return sh.forClause(c)
	case *syntax.CaseClause:
		return sh.caseClause(c)
	case *syntax.FuncDecl:
		sh.functions[c.Name.Value] = &function{body: c.Body, source: sh.source}
		sh.status = 0
		return on
	case *syntax.ArithmCmd:
		return sh.truthOf("((…))", func() (bool, error) {
			n, err := sh.arithmeticNode(c.X)
			return n != 0, err
		})
	case *syntax.LetClause:
		return sh.let(c)
	case *syntax.TestClause:
		return sh.truthOf("[[…]]", func() (bool, error) { return sh.test(c.X) })
	case *syntax.TimeClause:
		sh.refuse("time")
	case *syntax.CoprocClause:
		sh.refuse("coproc")
	}
	sh.refuse("this command (%T)", c)
	return on
}

// checkedSubshell is checked, but what failed in the subshell is what failed.
func (sh *Shell) checkedSubshell(name string) jump {
	at, command := sh.failedAt, sh.failedCommand
	j := sh.checked(name)
	if j == exiting && command != "" {
		sh.failedAt, sh.failedCommand = at, command
	}
	return j
}

// truthOf sets the status by a condition.
func (sh *Shell) truthOf(name string, condition func() (bool, error)) jump {
	ok, err := condition()
	if err != nil {
		var e *expansionError
		if errors.As(err, &e) {
			return sh.expansionFailed(err)
		}
		sh.report(err)
		sh.status = statusUsage
		return sh.checked(name)
	}
	sh.status = int(truth(!ok))
	return sh.checked(name)
}

func (sh *Shell) let(c *syntax.LetClause) jump {
	return sh.truthOf("let", func() (bool, error) {
		n := int64(0)
		for _, e := range c.Exprs {
			var err error
			if w, ok := e.(*syntax.Word); ok {
				var text string
				if text, err = sh.value(w, false); err == nil {
					n, err = sh.arithmetic(text)
				}
			} else {
				n, err = sh.arithmeticNode(e)
			}
			if err != nil {
				return false, err
			}
		}
		return n != 0, nil
	})
}

// binary runs two commands with "&&", "||" or a pipe between them.
func (sh *Shell) binary(c *syntax.BinaryCmd) jump {
	if c.Op == syntax.Pipe || c.Op == syntax.PipeAll {
		return sh.pipeline(c)
	}
	sh.ignoring++
	j := sh.statement(c.X)
	sh.ignoring--
	if j != on || (sh.status == 0) != (c.Op == syntax.AndStmt) {
		return j
	}
	return sh.statement(c.Y)
}

// condition runs a list whose status is only looked at.
func (sh *Shell) condition(list []*syntax.Stmt) (bool, jump) {
	sh.ignoring++
	defer func() { sh.ignoring-- }()
	j := sh.statements(list)
	return sh.status == 0, j
}

func (sh *Shell) ifClause(c *syntax.IfClause) jump {
	for ; c != nil; c = c.Else {
		if len(c.Cond) > 0 {
			ok, j := sh.condition(c.Cond)
			if j != on {
				return j
			}
			if !ok {
				continue
			}
		}
		return sh.statements(c.Then)
	}
	sh.status = 0
	return on
}

func (sh *Shell) while(c *syntax.WhileClause) jump {
	status := 0
	for {
		ok, j := sh.condition(c.Cond)
		if j != on {
			if done, j := sh.leaves(j); done {
				return j
			}
			continue
		}
		if ok == c.Until {
			sh.status = status
			return on
		}
		if done, j := sh.body(c.Do); done {
			return j
		}
		status = sh.status
	}
}

// body runs a loop's body once. It is done when the loop ends by a jump.
func (sh *Shell) body(list []*syntax.Stmt) (done bool, j jump) {
	sh.loops++
	defer func() { sh.loops-- }()
	return sh.leaves(sh.statements(list))
}

// leaves says whether a jump ends the loop that it comes to, and with what.
func (sh *Shell) leaves(j jump) (done bool, out jump) {
	switch j {
	case on:
		return false, on
	case breaking, continuing:
		if sh.levels--; sh.levels > 0 {
			return true, j
		}
		return j == breaking, on
	}
	return true, j
}

func (sh *Shell) forClause(c *syntax.ForClause) jump {
	if c.Select {
		sh.refuse("select")
	}
	if loop, ok := c.Loop.(*syntax.CStyleLoop); ok {
		return sh.arithmeticFor(c, loop)
	}
	loop := c.Loop.(*syntax.WordIter)
	items := sh.params
	if loop.InPos.IsValid() {
		var err error
		if items, err = sh.fields(loop.Items); err != nil {
			return sh.expansionFailed(err)
		}
	}
	sh.status = 0
	for _, item := range items {
		if err := sh.setText(loop.Name.Value, item); err != nil {
			sh.report(err)
			sh.status = 1
			return exiting
		}
		if done, j := sh.body(c.Do); done {
			return j
		}
	}
	return on
}

func (sh *Shell) arithmeticFor(c *syntax.ForClause, loop *syntax.CStyleLoop) jump {
	sh.status = 0
	if _, err := sh.arithmeticNode(loop.Init); err != nil {
		return sh.expansionFailed(err)
	}
	for {
		if loop.Cond != nil {
			n, err := sh.arithmeticNode(loop.Cond)
			if err != nil {
				return sh.expansionFailed(err)
			}
			if n == 0 {
				return on
			}
		}
		if done, j := sh.body(c.Do); done {
			return j
		}
		if _, err := sh.arithmeticNode(loop.Post); err != nil {
			return sh.expansionFailed(err)
		}
	}
}

func (sh *Shell) caseClause(c *syntax.CaseClause) jump {
	subject, err := sh.value(c.Word, false)
	if err != nil {
		return sh.expansionFailed(err)
	}
	sh.status = 0
	through := false
	for _, item := range c.Items {
		match := through
		for _, p := range item.Patterns {
			if match {
				break
			}
			f, err := sh.field(p, false)
			if err != nil {
				return sh.expansionFailed(err)
			}
			match = sh.matches(f.pattern(), subject)
		}
		if !match {
			continue
		}
		if j := sh.statements(item.Stmts); j != on {
			return j
		}
		switch item.Op {
		case syntax.Fallthrough:
			through = true
		case syntax.Resume:
			through = false
		default:
			return on
		}
	}
	return on
}
