package bash

import "strings"

// A pattern is bash's, over bytes as in the C locale: "*", "?", "[...]", "\"
// before any byte, and with extended set "?(…)", "*(…)", "+(…)", "@(…)" and
// "!(…)".

// patternOptions say how a pattern is read.
type patternOptions struct {
	extended, fold bool
}

// matches says whether a pattern matches a whole text.
func (o patternOptions) matches(pattern, text string) bool {
	m := matcher{o: o, text: text, steps: maxSteps}
	return m.match(pattern, 0, func(end int) bool { return end == len(text) })
}

// ends gives the longest or shortest prefix of text from start on that a
// pattern matches, as its end, or -1.
func (o patternOptions) ends(pattern, text string, start int, longest bool) int {
	best := -1
	m := matcher{o: o, text: text, steps: maxSteps}
	m.match(pattern, start, func(end int) bool {
		if best < 0 || longest == (end > best) && end != best {
			best = end
		}
		return longest && end == len(text) || !longest && end == start
	})
	return best
}

// maxSteps bounds the work that one match may need.
const maxSteps = 5_000_000

// matcher matches by trying what a pattern can match, element by element.
type matcher struct {
	o     patternOptions
	text  string
	steps int
}

// tooHard is what a matcher panics with that has tried for too long.
type tooHard struct{ pattern string }

// match says whether the pattern matches text from a place on up to an end
// that accept takes.
func (m *matcher) match(p string, at int, accept func(end int) bool) bool {
	for {
		if m.steps--; m.steps < 0 {
			panic(tooHard{p})
		}
		if p == "" {
			return accept(at)
		}
		if m.o.extended && len(p) > 1 && p[1] == '(' && strings.IndexByte("?*+@!", p[0]) >= 0 {
			if end := closing(p, 2); end > 0 {
				return m.extended(p[0], alternatives(p[2:end]), p[end+1:], at, accept)
			}
		}
		if p[0] == '*' {
			return m.star(p[1:], at, accept)
		}
		if at == len(m.text) {
			return false
		}
		n := m.one(p, m.text[at])
		if n == 0 {
			return false
		}
		p, at = p[n:], at+1
	}
}

// star matches what follows a "*" at every place.
func (m *matcher) star(rest string, at int, accept func(end int) bool) bool {
	for strings.HasPrefix(rest, "*") && !(m.o.extended && strings.HasPrefix(rest, "*(")) {
		rest = rest[1:]
	}
	for ; at <= len(m.text); at++ {
		if m.match(rest, at, accept) {
			return true
		}
	}
	return false
}

// extended matches "K(alternatives)" and then the rest.
func (m *matcher) extended(k byte, alternatives []string, rest string, at int, accept func(end int) bool) bool {
	then := func(end int) bool { return m.match(rest, end, accept) }
	switch k {
	case '?', '@':
		if k == '?' && then(at) {
			return true
		}
		for _, a := range alternatives {
			if m.match(a, at, then) {
				return true
			}
		}
		return false
	case '*', '+':
		return k == '*' && then(at) || m.repeat(alternatives, at, then)
	}
	for end := at; end <= len(m.text); end++ {
		excluded := false
		for _, a := range alternatives {
			excluded = excluded || m.match(a, at, func(e int) bool { return e == end })
		}
		if !excluded && then(end) {
			return true
		}
	}
	return false
}

// repeat matches one or more of the alternatives.
func (m *matcher) repeat(alternatives []string, at int, then func(end int) bool) bool {
	for _, a := range alternatives {
		if m.match(a, at, func(end int) bool {
			return then(end) || end > at && m.repeat(alternatives, end, then)
		}) {
			return true
		}
	}
	return false
}

// one is the length of a pattern's first element if that matches a byte.
func (m *matcher) one(p string, c byte) int {
	switch p[0] {
	case '?':
		return 1
	case '[':
		if n, ok := bracketEnd(p); ok {
			if m.bracket(p[1:n-1], c) {
				return n
			}
			return 0
		}
	case '\\':
		if len(p) > 1 {
			if m.same(p[1], c) {
				return 2
			}
			return 0
		}
	}
	if m.same(p[0], c) {
		return 1
	}
	return 0
}

func (m *matcher) same(a, b byte) bool {
	return a == b || m.o.fold && lowerByte(a) == lowerByte(b)
}

// closing is where the parenthesis ends that begins before a place, or -1.
func closing(p string, from int) int {
	depth := 1
	for i := from; i < len(p); i++ {
		switch p[i] {
		case '\\':
			i++
		case '[':
			if n, ok := bracketEnd(p[i:]); ok {
				i += n - 1
			}
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// alternatives splits at the "|" that are not in parentheses.
func alternatives(p string) []string {
	var list []string
	begin, depth := 0, 0
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '\\':
			i++
		case '[':
			if n, ok := bracketEnd(p[i:]); ok {
				i += n - 1
			}
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 {
				list = append(list, p[begin:i])
				begin = i + 1
			}
		}
	}
	return append(list, p[begin:])
}
