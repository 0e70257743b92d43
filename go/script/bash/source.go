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
	// before is how many lines of a longer text come before this one.
	before uint
	// documents are arithmetic expressions and subscripts of the text.
	documents map[syntax.Node]document
}

// document is a part of a text as a word in which quotes mean nothing, and
// that part as a text of its own.
type document struct {
	word   *syntax.Word
	source *source
}

// parsed is a text after parsing.
type parsed struct {
	source     *source
	statements []*syntax.Stmt
}

// parse parses a text. That it is no bash ends the script: what names the
// text in the message.
func (sh *Shell) parse(text, what string) parsed {
	src := &source{text: text, documents: map[syntax.Node]document{}}
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
			err = &Unsupported{Feature: langError.Feature}
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
	line := p.Line() + s.before
	if s.line > 0 {
		return Pos{Line: s.line, Inner: line}
	}
	return Pos{Line: line}
}

// between is the text from one place to another.
func (s *source) between(from, to syntax.Pos) string {
	a, b := int(from.Offset()), int(to.Offset())
	if a > b || b > len(s.text) {
		return ""
	}
	return s.text[a:b]
}

// expandNode expands the text of a node as in double quotes, as bash does with
// arithmetic.
func (sh *Shell) expandNode(n syntax.Node) (string, error) {
	src := sh.source
	d, ok := src.documents[n]
	if !ok {
		d.source = &source{
			text: src.between(n.Pos(), n.End()), line: src.line, before: src.before + n.Pos().Line() - 1,
			documents: map[syntax.Node]document{},
		}
		var err error
		d.word, err = syntax.NewParser(syntax.Variant(syntax.LangBash)).Document(strings.NewReader(d.source.text))
		if err != nil {
			sh.fail(err)
		}
		src.documents[n] = d
	}
	sh.source = d.source
	defer func() { sh.source = src }()
	return sh.documentText(d.word)
}
