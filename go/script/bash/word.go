package bash

import (
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// expansionError is a failure of an expansion, which ends the shell.
type expansionError struct {
	message string
	status  int
	// missing says that a parameter has no value, which ends a shell with a status of its own where its text is an argument.
	missing bool
	// arithmetic says that an arithmetic expression is wrong, which only fails
	// a command whose business that is.
	arithmetic bool
}

func (e *expansionError) Error() string { return e.message }

// fields expands words into the arguments of a command.
func (sh *Shell) fields(words []*syntax.Word) ([]string, error) {
	var args []string
	for _, w := range words {
		copied := *w
		if !sh.options["braceexpand"] || !syntax.SplitBraces(&copied) {
			list, err := sh.wordFields(w)
			if err != nil {
				return nil, err
			}
			args = append(args, list...)
			continue
		}
		for b, err := range expand.BracesSeq(nil, &copied) {
			if err != nil {
				sh.fail(err)
			}
			list, err := sh.wordFields(b)
			if err != nil {
				return nil, err
			}
			args = append(args, list...)
		}
	}
	return args, nil
}

// wordFields expands one word, splits it and matches file names.
func (sh *Shell) wordFields(w *syntax.Word) ([]string, error) {
	s := &splitter{separators: sh.separators()}
	if err := sh.parts(s, w.Parts, unquoted, sh.tildes(w, false)); err != nil {
		return nil, err
	}
	var args []string
	for _, f := range s.result() {
		if !sh.options["noglob"] && f.hasGlob(sh.shopts["extglob"]) {
			names, ok, err := sh.glob(f)
			if err != nil {
				return nil, err
			}
			if ok {
				args = append(args, names...)
				continue
			}
		}
		args = append(args, f.text())
	}
	return args, nil
}

// separators is IFS, or the default if it is not set.
func (sh *Shell) separators() string {
	v := sh.get("IFS")
	if text, ok := v.scalarText(); ok {
		return text
	}
	return defaultSeparator
}

// joiner is what "$*" has between its parts.
func (sh *Shell) joiner() string {
	if ifs := sh.separators(); ifs != "" {
		return ifs[:1]
	}
	return ""
}

// field expands a word into one field, without splitting.
func (sh *Shell) field(w *syntax.Word, assignment bool) (field, error) {
	s := &splitter{whole: true}
	if w == nil {
		return nil, nil
	}
	err := sh.parts(s, w.Parts, unquoted, sh.tildes(w, assignment))
	return s.one(), err
}

// value expands a word into one text, without splitting.
func (sh *Shell) value(w *syntax.Word, assignment bool) (string, error) {
	f, err := sh.field(w, assignment)
	return f.text(), err
}

// documentText expands a word as in a here-document.
func (sh *Shell) documentText(w *syntax.Word) (string, error) {
	s := &splitter{whole: true}
	if w == nil {
		return "", nil
	}
	err := sh.parts(s, w.Parts, hereDocument, noTilde)
	return s.one().text(), err
}

// quoting is what is around a part of a word.
type quoting uint8

const (
	unquoted quoting = iota
	doubleQuoted
	hereDocument
)

// parts expands the parts of a word.
func (sh *Shell) parts(s *splitter, parts []syntax.WordPart, q quoting, t tildes) error {
	for i, part := range parts {
		if err := sh.part(s, part, q, t, i); err != nil {
			return err
		}
	}
	return nil
}

func (sh *Shell) part(s *splitter, part syntax.WordPart, q quoting, t tildes, i int) error {
	switch part := part.(type) {
	case *syntax.Lit:
		if q == unquoted {
			sh.literal(s, part.Value, t, i)
		} else {
			s.quoted(unescape(part.Value, q))
		}
	case *syntax.SglQuoted:
		return sh.singleQuotes(s, part, q)
	case *syntax.DblQuoted:
		return sh.doubleQuotes(s, part)
	case *syntax.ParamExp:
		return sh.parameter(s, part, q)
	case *syntax.CmdSubst:
		text, err := sh.commandSubstitution(part)
		if err != nil {
			return err
		}
		s.add(text, q)
	case *syntax.ArithmExp:
		n, err := sh.arithmeticNode(part.X)
		if err != nil {
			return err
		}
		s.add(itoa(n), q)
	case *syntax.ProcSubst:
		path, err := sh.processSubstitution(part)
		if err != nil {
			return err
		}
		s.quoted(path)
	case *syntax.ExtGlob:
		return sh.extendedGlob(s, part)
	default:
		sh.refuse("a word with %T", part)
	}
	return nil
}

// add adds the result of an expansion.
func (s *splitter) add(text string, q quoting) {
	if q == unquoted {
		s.split(text)
	} else {
		s.quoted(text)
	}
}
