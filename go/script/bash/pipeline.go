package bash

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// stage is one command of a pipe; both says that its standard error goes into
// the pipe too.
type stage struct {
	command *syntax.Stmt
	both    bool
}

// stages are the commands of a pipe, in order.
func stages(c *syntax.BinaryCmd) []stage {
	var list []stage
	if inner, ok := c.X.Cmd.(*syntax.BinaryCmd); ok && !c.X.Negated && len(c.X.Redirs) == 0 &&
		(inner.Op == syntax.Pipe || inner.Op == syntax.PipeAll) {
		list = stages(inner)
		list[len(list)-1].both = c.Op == syntax.PipeAll
	} else {
		list = []stage{{c.X, c.Op == syntax.PipeAll}}
	}
	return append(list, stage{c.Y, false})
}

// pipeline runs the commands of a pipe, each in a subshell.
func (sh *Shell) pipeline(c *syntax.BinaryCmd) jump {
	list := stages(c)
	statuses := make([]int, len(list))
	shells := make([]*Shell, len(list))
	var before *pipe
	for i, s := range list {
		sub := sh.fork()
		shells[i] = sub
		if before != nil {
			sub.files.set(0, &openFile{Reader: pipeReader{before}, closer: pipeReader{before}})
		}
		before = nil
		if i < len(list)-1 {
			before = &pipe{s: sh.sched}
			out := &openFile{Writer: pipeWriter{before}, closer: pipeWriter{before}}
			sub.files.set(1, out)
			if s.both {
				sub.files.set(2, out)
			}
		}
	}
	g := &group{s: sh.sched}
	last := len(list) - 1
	for i, s := range list {
		if i == last && sh.shopts["lastpipe"] {
			continue
		}
		sub := shells[i]
		g.start(func() {
			defer sub.closeFiles()
			if sub.until(func() { sub.statement(s.command); sub.exitTrap() }) != nil {
				sub.status = statusSigpipe
			}
			statuses[i] = sub.status
		})
	}
	result := on
	if sh.shopts["lastpipe"] {
		result = sh.lastStage(shells[last], list[last].command)
		statuses[last] = sh.status
	}
	g.wait()
	sh.pipeStatus = statuses
	sh.status = statuses[last]
	if sh.options["pipefail"] && sh.status == 0 {
		for _, s := range statuses {
			if s != 0 {
				sh.status = s
			}
		}
	}
	if result != on {
		return result
	}
	for i, sub := range shells {
		if statuses[i] == sh.status && sub.failedCommand != "" {
			sh.failedAt, sh.failedCommand = sub.failedAt, sub.failedCommand
		}
	}
	return sh.checkedPipe(statuses)
}

// checkedPipe is checked for a pipe.
func (sh *Shell) checkedPipe(statuses []int) jump {
	j := sh.checkedSubshell("the pipe")
	sh.pipeStatus = statuses
	return j
}

// lastStage runs the last command of a pipe in the shell itself.
func (sh *Shell) lastStage(sub *Shell, s *syntax.Stmt) jump {
	old := sh.files[0]
	sh.files.hold(old)
	sh.files.set(0, sub.files[0])
	sub.closeFiles()
	j := sh.statement(s)
	sh.files.set(0, old)
	sh.files.drop(old)
	return j
}

// commandSubstitution is what a command writes, without the newlines at its
// end.
func (sh *Shell) commandSubstitution(c *syntax.CmdSubst) (string, error) {
	if c.TempFile || c.ReplyVar {
		sh.refuse("${ command; }")
	}
	if len(c.Stmts) == 0 {
		sh.substituted = true
		sh.status = 0
		return "", nil
	}
	var out strings.Builder
	pos := sh.pos
	status := sh.inSubshell(func(sub *Shell) {
		delete(sub.options, "errexit")
		if sh.options["errexit"] && sh.shopts["inherit_errexit"] {
			sub.options["errexit"] = true
		}
		sub.files.set(1, &openFile{Writer: &out})
		if path := onlyInput(c); path != nil {
			sub.status = sub.cat(path)
			return
		}
		sub.statements(c.Stmts)
	})
	sh.pos = pos
	sh.substituted = true
	sh.status = status
	text := out.String()
	if strings.IndexByte(text, 0) >= 0 {
		text = strings.ReplaceAll(text, "\x00", "")
	}
	return strings.TrimRight(text, "\n"), nil
}

// onlyInput is the word of "< word", if that is all that a substitution has.
func onlyInput(c *syntax.CmdSubst) *syntax.Word {
	if len(c.Stmts) != 1 {
		return nil
	}
	s := c.Stmts[0]
	if s.Cmd != nil || len(s.Redirs) != 1 || s.Redirs[0].Op != syntax.RdrIn || s.Negated || s.Background {
		return nil
	}
	return s.Redirs[0].Word
}
