package bash

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// singleQuotes adds what is in single quotes. Within double quotes, as in
// "${x:-'y'}", they mean themselves, and what is in them is expanded.
func (sh *Shell) singleQuotes(s *splitter, p *syntax.SglQuoted, q quoting) error {
	switch {
	case p.Dollar:
		s.quoted(ansi(p.Value))
	case q == unquoted:
		s.quoted(p.Value)
	case strings.ContainsAny(p.Value, "$`\\"):
		w, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Document(strings.NewReader("'" + p.Value + "'"))
		if err != nil {
			sh.fail(err)
		}
		if hasSubstitution(w) {
			sh.refuse("a command substitution in single quotes within double quotes")
		}
		return sh.parts(s, w.Parts, q, noTilde)
	default:
		s.quoted("'" + p.Value + "'")
	}
	return nil
}

// hasSubstitution says whether a word has parts that need the text that they
// stand in.
func hasSubstitution(w *syntax.Word) bool {
	found := false
	syntax.Walk(w, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.CmdSubst, *syntax.ArithmExp, *syntax.ProcSubst:
			found = true
		}
		return !found
	})
	return found
}

// doubleQuotes expands what is in double quotes: one field, even an empty one,
// unless it is nothing but "$@" of nothing.
func (sh *Shell) doubleQuotes(s *splitter, d *syntax.DblQuoted) error {
	if len(d.Parts) == 0 {
		s.quoted("")
	}
	for i, part := range d.Parts {
		if err := sh.part(s, part, doubleQuoted, noTilde, i); err != nil {
			return err
		}
	}
	return nil
}

// literal adds text of the script: a backslash quotes the byte after it.
func (sh *Shell) literal(s *splitter, text string, t tildes, i int) {
	if t.in(i) {
		text = sh.expandTildes(s, text, t, i)
	}
	for {
		at := strings.IndexByte(text, '\\')
		if at < 0 || at == len(text)-1 {
			s.literal(text)
			return
		}
		s.literal(text[:at])
		if text[at+1] != '\n' {
			s.quoted(text[at+1 : at+2])
		}
		text = text[at+2:]
	}
}

// unescape removes the backslashes that quote something in double quotes or a
// here-document.
func unescape(text string, q quoting) string {
	if strings.IndexByte(text, '\\') < 0 {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			switch c := text[i+1]; {
			case c == '\n':
				i++
				continue
			case c == '$', c == '`', c == '\\', c == '"' && q == doubleQuoted:
				i++
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// extendedGlob adds a pattern like "@(a|b)".
func (sh *Shell) extendedGlob(s *splitter, g *syntax.ExtGlob) error {
	if !sh.shopts["extglob"] && !sh.inTest {
		sh.instead("the pattern "+g.Op.String()+"…)", "shopt -s extglob turns it on")
	}
	pattern := g.Pattern.Value
	if strings.ContainsAny(pattern, "$`'\"") {
		// The parser gives the inside as it stands in the text.
		w, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Document(strings.NewReader(pattern))
		if err != nil || strings.ContainsAny(pattern, "'\"") {
			sh.refuse("quotes in an extended pattern %q", pattern)
		}
		if pattern, err = sh.documentText(w); err != nil {
			return err
		}
	}
	s.literal(g.Op.String() + pattern + ")")
	return nil
}
