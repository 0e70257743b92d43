package bash

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"

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

func outputFlags(add bool) int {
	if add {
		return os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	return os.O_WRONLY | os.O_CREATE | os.O_TRUNC
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

// path is a path seen from the working directory. "." and ".." stay.
func (sh *Shell) path(p string) string {
	if p == "" || p[0] == '/' {
		return p
	}
	return strings.TrimSuffix(sh.physical, "/") + "/" + p
}

// open opens the file of a redirection.
func (sh *Shell) open(target string, flag int) (*openFile, error) {
	if f, ok := sh.deviceFile(target); ok {
		if f == nil {
			return nil, fmt.Errorf("%s: No such device or address", target)
		}
		return f, nil
	}
	h, err := sh.fs.OpenFile(sh.path(target), flag, 0o666&^sh.umask)
	sh.checkHost()
	if err != nil {
		return nil, fmt.Errorf("%s: %s", target, reason(err))
	}
	if info, err := h.Stat(); err == nil && info.Type == scriptfs.Directory {
		// A directory can be opened, and not be read.
		return &openFile{Reader: h, closer: h}, nil
	}
	f := &openFile{closer: h, null: target == "/dev/null"}
	if flag&(os.O_WRONLY|os.O_RDWR) == 0 || flag&os.O_RDWR != 0 {
		f.Reader = h
	}
	if flag&(os.O_WRONLY|os.O_RDWR) != 0 {
		f.Writer = h
	}
	return f, nil
}

// deviceFile is what the names of descriptors in /dev stand for.
func (sh *Shell) deviceFile(target string) (*openFile, bool) {
	number := -1
	switch target {
	case "/dev/stdin":
		number = 0
	case "/dev/stdout":
		number = 1
	case "/dev/stderr":
		number = 2
	default:
		for _, dir := range []string{"/dev/fd/", "/proc/self/fd/"} {
			if rest, ok := strings.CutPrefix(target, dir); ok {
				if n, err := strconv.Atoi(rest); err == nil && n < firstTemporary {
					number = n
				}
			}
		}
		if strings.HasPrefix(target, "/dev/tcp/") || strings.HasPrefix(target, "/dev/udp/") {
			sh.refuse("the network (%s)", target)
		}
	}
	if number < 0 {
		return nil, false
	}
	return sh.files[number], true
}

// here is the text of a here-document or here-string.
func (sh *Shell) here(r *syntax.Redirect) (string, error) {
	if r.Op == syntax.WordHdoc {
		text, err := sh.value(r.Word, false)
		return text + "\n", err
	}
	if r.Hdoc == nil {
		return "", nil
	}
	if quotedWord(r.Word) {
		text := ""
		for _, part := range r.Hdoc.Parts {
			lit, ok := part.(*syntax.Lit)
			if !ok {
				sh.refuse("a here-document with a delimiter that is partly quoted")
			}
			text += lit.Value
		}
		if r.Op == syntax.DashHdoc {
			text = untab(text)
		}
		return text, nil
	}
	w := r.Hdoc
	if r.Op == syntax.DashHdoc {
		w = untabbed(w)
	}
	return sh.documentText(w)
}

// quotedWord says whether any of a word is quoted.
func quotedWord(w *syntax.Word) bool {
	for _, part := range w.Parts {
		if lit, ok := part.(*syntax.Lit); !ok || strings.Contains(lit.Value, "\\") {
			return true
		}
	}
	return false
}

// untab removes the tabs at the beginning of each line.
func untab(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimLeft(line, "\t")
	}
	return strings.Join(lines, "")
}

// untabbed is a document without the tabs at the beginning of its lines.
func untabbed(w *syntax.Word) *syntax.Word {
	parts := make([]syntax.WordPart, len(w.Parts))
	for i, part := range w.Parts {
		parts[i] = part
		lit, ok := part.(*syntax.Lit)
		if !ok {
			continue
		}
		first, rest, more := strings.Cut(lit.Value, "\n")
		if i == 0 {
			first = strings.TrimLeft(first, "\t")
		}
		text := first
		if more {
			text += "\n" + untab(rest)
		}
		parts[i] = &syntax.Lit{ValuePos: lit.ValuePos, ValueEnd: lit.ValueEnd, Value: text}
	}
	return &syntax.Word{Parts: parts}
}

// cat writes a file to the standard output, for $(< file).
func (sh *Shell) cat(w *syntax.Word) int {
	words, err := sh.fields([]*syntax.Word{w})
	if err != nil || len(words) != 1 {
		sh.errorf("ambiguous redirect")
		return 1
	}
	f, err := sh.open(words[0], os.O_RDONLY)
	if err != nil {
		sh.report(err)
		return 1
	}
	sh.files.hold(f)
	defer sh.files.drop(f)
	_, err = io.Copy(sh.stdout(), f)
	sh.checkHost()
	return int(truth(err != nil))
}

func emptyFile() *openFile { return &openFile{Reader: strings.NewReader("")} }

// reason is a failure in the words of the C library.
func reason(err error) string {
	var number syscall.Errno
	if !errors.As(err, &number) {
		return err.Error()
	}
	if text, ok := reasons[number]; ok {
		return text
	}
	return number.Error()
}

var reasons = map[syscall.Errno]string{
	syscall.ENOENT: "No such file or directory", syscall.ENOTDIR: "Not a directory", syscall.EISDIR: "Is a directory",
	syscall.EEXIST: "File exists", syscall.EROFS: "Read-only file system", syscall.EACCES: "Permission denied",
	syscall.ELOOP: "Too many levels of symbolic links", syscall.ENAMETOOLONG: "File name too long", syscall.ENXIO: "No such device or address",
}
