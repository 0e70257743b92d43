package bash

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

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
