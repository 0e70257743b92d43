package bash

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// hold counts a file as in use, drop ends that.
func (d descriptors) hold(f *openFile) {
	if f != nil {
		f.references++
	}
}

func (d descriptors) drop(f *openFile) {
	if f == nil {
		return
	}
	if f.references--; f.references == 0 && f.closer != nil {
		f.closer.Close()
	}
}

// redirect makes redirections. undo takes them back, and those made before an
// error too.
func (sh *Shell) redirect(list []*syntax.Redirect) (undo func(), err error) {
	type saved struct {
		n int
		f *openFile
	}
	var old []saved
	save := func(n int) {
		sh.files.hold(sh.files[n])
		old = append(old, saved{n, sh.files[n]})
	}
	undo = func() {
		for i := len(old) - 1; i >= 0; i-- {
			sh.files.set(old[i].n, old[i].f)
			sh.files.drop(old[i].f)
		}
	}
	for _, r := range list {
		if err := sh.redirectOne(r, save); err != nil {
			return undo, err
		}
	}
	return undo, nil
}

func (sh *Shell) redirectOne(r *syntax.Redirect, save func(n int)) error {
	n := -1
	if r.N != nil {
		var err error
		if n, err = strconv.Atoi(r.N.Value); err != nil {
			sh.refuse("a redirection with {variable}")
		}
	}
	switch r.Op {
	case syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
		text, err := sh.here(r)
		if err != nil {
			return err
		}
		sh.put(max(n, 0), &openFile{Reader: strings.NewReader(text)}, save)
		return nil
	}
	target, err := sh.target(r)
	if err != nil {
		return err
	}
	switch r.Op {
	case syntax.DplIn, syntax.DplOut:
		return sh.duplicate(r, n, target, save)
	case syntax.RdrAll, syntax.AppAll:
		f, err := sh.open(target, outputFlags(r.Op == syntax.AppAll))
		if err != nil {
			return err
		}
		sh.put(1, f, save)
		sh.put(2, f, save)
		return nil
	}
	flag := os.O_RDONLY
	number := max(n, 0)
	switch r.Op {
	case syntax.RdrIn:
	case syntax.RdrInOut:
		flag = os.O_RDWR | os.O_CREATE
	case syntax.RdrOut, syntax.RdrClob, syntax.AppOut:
		flag = outputFlags(r.Op == syntax.AppOut)
		if n < 0 {
			number = 1
		}
		if r.Op == syntax.RdrOut && sh.options["noclobber"] {
			if info, err := sh.fs.Stat(sh.path(target)); err == nil && info.Type == scriptfs.Regular {
				return fmt.Errorf("%s: cannot overwrite existing file", target)
			}
		}
	default:
		sh.refuse("the redirection %s", r.Op)
	}
	f, err := sh.open(target, flag)
	if err != nil {
		return err
	}
	sh.put(number, f, save)
	return nil
}

// put makes a descriptor refer to a file.
func (sh *Shell) put(n int, f *openFile, save func(n int)) {
	save(n)
	sh.files.set(n, f)
}

// target is the word after a redirection's operator.
func (sh *Shell) target(r *syntax.Redirect) (string, error) {
	words, err := sh.fields([]*syntax.Word{r.Word})
	if err != nil {
		return "", err
	}
	if len(words) != 1 {
		return "", fmt.Errorf("%s: ambiguous redirect", sh.source.between(r.Word.Pos(), r.Word.End()))
	}
	return words[0], nil
}

// duplicate makes a descriptor refer to what another one does, or closes it.
func (sh *Shell) duplicate(r *syntax.Redirect, n int, target string, save func(n int)) error {
	number := n
	if n < 0 {
		number = int(truth(r.Op == syntax.DplOut))
	}
	if target == "-" {
		save(number)
		sh.files.release(number)
		return nil
	}
	digits, move := strings.CutSuffix(target, "-")
	from, err := strconv.Atoi(digits)
	if err != nil {
		if r.Op == syntax.DplIn || n >= 0 {
			return fmt.Errorf("%s: ambiguous redirect", target)
		}
		f, err := sh.open(target, outputFlags(false))
		if err != nil {
			return err
		}
		sh.put(1, f, save)
		sh.put(2, f, save)
		return nil
	}
	f := sh.files[from]
	if f == nil {
		return fmt.Errorf("%d: Bad file descriptor", from)
	}
	sh.put(number, f, save)
	if move && from != number {
		save(from)
		sh.files.release(from)
	}
	return nil
}
