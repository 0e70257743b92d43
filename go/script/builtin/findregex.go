package builtin

import (
	"fmt"
	"strings"
)

// regexSyntaxes are the dialects of -regextype; the first is find's own.
var regexSyntaxes = []string{"findutils-default", "emacs", "posix-basic", "sed", "grep", "ed", "posix-extended", "egrep", "posix-egrep"}

func parseRegexType(p *findParser, name string) (findTest, error) {
	for _, known := range regexSyntaxes {
		if name == known {
			p.syntax = name
			return always, nil
		}
	}
	return nil, fmt.Errorf("unknown regular expression type: these are supported: %s", strings.Join(regexSyntaxes, ", "))
}

// regex is a test of the whole path against a regular expression.
func (p *findParser) regex(pattern string, fold bool) (findTest, error) {
	o := regexOptions{fold: fold, line: true, lenient: true}
	switch p.syntax {
	case "", "findutils-default", "emacs":
		pattern, o.extended = extendedOfEmacs(pattern), true
	case "posix-extended", "egrep", "posix-egrep":
		o.extended = true
	}
	compiled, err := compileRegex(o, pattern)
	if err != nil {
		return nil, err
	}
	return func(e *findEntry) bool { return compiled.matches([]byte(e.path)) }, nil
}

// extendedOfEmacs turns a pattern of Emacs' dialect into an extended one: groups and alternatives have backslashes there, and braces are
// plain characters.
func extendedOfEmacs(pattern string) string {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\' && i+1 < len(pattern):
			i++
			switch pattern[i] {
			case '(', ')', '|':
				b.WriteByte(pattern[i])
			default:
				b.WriteString(pattern[i-1 : i+1])
			}
		case c == '[':
			end := i + bracketLength(pattern[i:])
			b.WriteString(pattern[i:end])
			i = end - 1
		case strings.IndexByte("(){}|", c) >= 0:
			b.WriteString(`\` + pattern[i:i+1])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// bracketLength is the length of the bracket expression that a pattern begins with, 1 when it has no end.
func bracketLength(pattern string) int {
	at := 1
	if at < len(pattern) && pattern[at] == '^' {
		at++
	}
	if at < len(pattern) && pattern[at] == ']' {
		at++
	}
	for at < len(pattern) && pattern[at] != ']' {
		if _, n := bracketClass(pattern[at:]); n > 0 {
			at += n
		} else {
			at++
		}
	}
	if at == len(pattern) {
		return 1
	}
	return at + 1
}
