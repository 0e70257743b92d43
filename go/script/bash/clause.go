package bash

import (
	"errors"

	"mvdan.cc/sh/v3/syntax"
)

// truthOf sets the status by a condition.
func (sh *Shell) truthOf(name string, condition func() (bool, error)) jump {
	ok, err := condition()
	if err != nil {
		var e *expansionError
		switch {
		case errors.As(err, &e) && !e.arithmetic:
			return sh.expansionFailed(err)
		case e != nil:
			sh.status = 1
		default:
			sh.status = statusUsage
		}
		sh.report(err)
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
			return sh.checked("for")
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
