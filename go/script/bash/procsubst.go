package bash

import (
	"os"

	"mvdan.cc/sh/v3/syntax"
)

// firstTemporary is the number of the first name of a process substitution.
const firstTemporary = 60

// processSubstitution is the name of a file with what a command writes. The
// command runs to its end first, so that the result is always the same.
func (sh *Shell) processSubstitution(p *syntax.ProcSubst) (string, error) {
	if p.Op != syntax.CmdIn {
		sh.instead("process substitution >(…)", "use a pipe")
	}
	pos := sh.pos
	path := "/dev/fd/" + itoa(firstTemporary+sh.temporaries)
	sh.temporaries++
	if err := sh.fs.WriteDevice(path, nil); err != nil {
		sh.fail(err)
	}
	h, err := sh.fs.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		sh.fail(err)
	}
	status := sh.status
	sh.inSubshell(func(sub *Shell) {
		sub.files.set(1, &openFile{Writer: h, closer: h})
		sub.statements(p.Stmts)
	})
	sh.status, sh.pos = status, pos
	return path, nil
}
