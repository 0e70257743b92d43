package bash

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// tildes says in which literal parts of a word "~" may stand for a directory.
type tildes struct {
	// first says at the beginning of the word, colons after each of its
	// colons, equals after its first "=".
	first, colons, equals bool
	parts                 []syntax.WordPart
}

var noTilde = tildes{}

func (t tildes) in(i int) bool { return t.first && i == 0 || t.colons || t.equals && i == 0 }

// tildes finds where tildes count in a word: at its beginning, in an
// assignment also after colons. An argument that looks like an assignment is
// read like one.
func (sh *Shell) tildes(w *syntax.Word, assignment bool) tildes {
	t := tildes{first: true, colons: assignment, parts: w.Parts}
	if lit, ok := w.Parts[0].(*syntax.Lit); ok && !assignment {
		name, _, found := strings.Cut(lit.Value, "=")
		if found && syntax.ValidName(name) {
			t.equals, t.colons = true, true
		}
	}
	return t
}

// expandTildes adds the text up to its last tilde that counts, and gives the
// rest.
func (sh *Shell) expandTildes(s *splitter, text string, t tildes, i int) string {
	begins := i == 0 && t.first
	if t.equals && i == 0 {
		name, rest, _ := strings.Cut(text, "=")
		s.literal(name + "=")
		text = rest
		begins = true
	}
	last := i == len(t.parts)-1
	for {
		if begins && strings.HasPrefix(text, "~") {
			text = sh.tilde(s, text, last, t.colons)
		}
		if !t.colons {
			return text
		}
		at := strings.Index(text, ":~")
		if at < 0 {
			return text
		}
		sh.literal(s, text[:at+1], noTilde, i)
		text, begins = text[at+1:], true
	}
}

// tilde expands the tilde that text begins with and gives what follows.
func (sh *Shell) tilde(s *splitter, text string, last, colons bool) string {
	ends := "/"
	if colons {
		ends = "/:"
	}
	end := strings.IndexAny(text, ends)
	if end < 0 {
		if !last {
			s.literal("~")
			return text[1:]
		}
		end = len(text)
	}
	user := text[1:end]
	if strings.ContainsAny(user, "\\") {
		s.literal("~")
		return text[1:]
	}
	dir, ok := "", false
	switch user {
	case "":
		if dir, ok = sh.get("HOME").scalarText(); !ok {
			sh.refuse("~ without HOME")
		}
	case "+":
		dir, ok = sh.dir, true
	case "-":
		dir, ok = sh.get("OLDPWD").scalarText()
	default:
		if user[0] >= '0' && user[0] <= '9' || user[0] == '+' || user[0] == '-' {
			sh.refuse("~%s", user)
		}
		dir, ok = sh.host.Home(user)
	}
	if !ok {
		s.literal(text[:end])
	} else {
		s.quoted(dir)
	}
	return text[end:]
}
