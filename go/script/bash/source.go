package bash

import (
	"errors"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// source is a text that is run.
type source struct {
	text string
	// line is where in the script the text was read, 0 for the script itself.
	line uint
	// words are arithmetic expressions and subscripts of the text as words.
	words map[syntax.Node]*syntax.Word
}

// parsed is a text after parsing.
type parsed struct {
	source     *source
	statements []*syntax.Stmt
}

// parse parses a text. That it is no bash ends the script: what names the
// text in the message.
func (sh *Shell) parse(text, what string) parsed {
	src := &source{text: text, words: map[syntax.Node]*syntax.Word{}}
	if what != "" {
		src.line = sh.pos.Line
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		var parseError syntax.ParseError
		var langError syntax.LangError
		var pos syntax.Pos
		switch {
		case errors.As(err, &parseError):
			pos = parseError.Pos
			err = errors.New(parseError.Text)
		case errors.As(err, &langError):
			pos = langError.Pos
			err = &Unsupported{Feature: langError.Feature.String()}
		}
		sh.pos = src.at(pos)
		if what != "" {
			err = errors.Join(errors.New(what), err)
		}
		sh.fail(err)
	}
	return parsed{src, file.Stmts}
}

// at is a place of the text.
func (s *source) at(p syntax.Pos) Pos {
	if s == nil {
		return Pos{Line: p.Line()}
	}
	if s.line > 0 {
		return Pos{Line: s.line, Inner: p.Line()}
	}
	return Pos{Line: p.Line()}
}

// between is the text from one place to another.
func (s *source) between(from, to syntax.Pos) string {
	a, b := int(from.Offset()), int(to.Offset())
	if a > b || b > len(s.text) {
		return ""
	}
	return s.text[a:b]
}

// document is the text of a node as a word in which quotes mean nothing, as
// in arithmetic.
func (sh *Shell) document(n syntax.Node) *syntax.Word {
	src := sh.source
	if w, ok := src.words[n]; ok {
		return w
	}
	from, to := n.Pos(), n.End()
	text := src.between(from, to)
	w, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Document(strings.NewReader(text))
	if err != nil {
		sh.fail(err)
	}
	src.words[n] = w
	return w
}
