package bash

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// arithmeticNode evaluates an expression of the script: its text is expanded
// as in double quotes, and then evaluated.
func (sh *Shell) arithmeticNode(n syntax.ArithmExpr) (int64, error) {
	if n == nil {
		return 0, nil
	}
	text, err := sh.expandNode(n)
	if err != nil {
		return 0, err
	}
	return sh.arithmetic(text)
}

// arithmetic evaluates a text as bash does: 64-bit integers that wrap around,
// the operators of C, names of variables whose values are texts to evaluate.
func (sh *Shell) arithmetic(text string) (n int64, err error) {
	return sh.evaluate(text, 0)
}

// maxNesting bounds how far variables lead to variables.
const maxNesting = 1024

func (sh *Shell) evaluate(text string, depth int) (n int64, err error) {
	if depth > maxNesting {
		return 0, &expansionError{message: text + ": expression recursion level exceeded", status: 1}
	}
	a := &arithmetician{sh: sh, text: text, depth: depth}
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*expansionError)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	a.next()
	if a.token == "" {
		return 0, nil
	}
	n = a.comma()
	if a.token != "" {
		a.fail("syntax error in expression")
	}
	return n, nil
}

// arithmetician evaluates one expression while it reads it.
type arithmetician struct {
	sh    *Shell
	text  string
	at    int
	token string
	// begin is where the token begins.
	begin int
	depth int
	// skipping counts the operands around that are only read, not evaluated.
	skipping int
}

func (a *arithmetician) fail(format string, args ...any) {
	panic(&expansionError{message: strings.TrimSpace(a.text) + ": " + fmt.Sprintf(format, args...), status: 1, arithmetic: true})
}

// operators are those of more than one character, longest first.
var operators = []string{
	"<<=", ">>=", "**", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=",
}

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || '0' <= c && c <= '9'
}

// next reads the next token.
func (a *arithmetician) next() {
	for a.at < len(a.text) && strings.IndexByte(" \t\n\r\"", a.text[a.at]) >= 0 {
		a.at++
	}
	a.begin = a.at
	rest := a.text[a.at:]
	if rest == "" {
		a.token = ""
		return
	}
	n := 1
	if isNameByte(rest[0]) {
		number := rest[0] >= '0' && rest[0] <= '9'
		for n < len(rest) && (isNameByte(rest[n]) || number && (rest[n] == '#' || rest[n] == '@')) {
			n++
		}
	} else {
		for _, op := range operators {
			if strings.HasPrefix(rest, op) {
				n = len(op)
				break
			}
		}
	}
	a.token = rest[:n]
	a.at += n
}

func (a *arithmetician) accept(token string) bool {
	if a.token == token {
		a.next()
		return true
	}
	return false
}

var assignments = []string{"=", "*=", "/=", "%=", "+=", "-=", "<<=", ">>=", "&=", "^=", "|="}
