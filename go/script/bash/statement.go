package bash

import "mvdan.cc/sh/v3/syntax"

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
		return sh.checked("the redirection")
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
		if c.Name == nil {
			sh.refuse("a function without a name")
		}
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
