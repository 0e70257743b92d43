package object

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// glob is a pattern for paths below an object, component by component:
//
//   - "*" stands for any text within one name, a leading dot included,
//   - "?" for one character of a name,
//   - "**", which must be a whole component, for any number of names, or none.
//
// Everything else stands for itself.
type glob []string

// anyNames is the component that stands for any number of names.
const anyNames = "**"

func parseGlob(pattern string) (glob, error) {
	g := components(pattern)
	for _, c := range g {
		switch {
		case c == "":
			return nil, fmt.Errorf("the glob %q has an empty component, which matches nothing", shorten(pattern))
		case c == "." || c == "..":
			return nil, fmt.Errorf("the glob %q has a component %q, which matches nothing", shorten(pattern), c)
		case c != anyNames && strings.Contains(c, anyNames):
			return nil, fmt.Errorf("the glob %q has %q in the component %q: it must be a whole component", shorten(pattern), anyNames, c)
		}
	}
	return g, nil
}

// match says whether the glob stands for the path.
func (g glob) match(path string) bool {
	names := components(path)
	// at and name are where the glob and the path are compared; back and
	// from are where to go on, one name later, if the last "**" stood for too
	// few.
	at, name, back, from := 0, 0, -1, 0
	for name < len(names) {
		switch {
		case at < len(g) && g[at] == anyNames:
			back, from = at, name
			at++
		case at < len(g) && matchName(g[at], names[name]):
			at++
			name++
		case back >= 0:
			from++
			at, name = back+1, from
		default:
			return false
		}
	}
	for at < len(g) && g[at] == anyNames {
		at++
	}
	return at == len(g)
}

// matchName does for the characters of one name what match does for names.
func matchName(pattern, name string) bool {
	at, char, back, from := 0, 0, -1, 0
	for char < len(name) {
		switch {
		case at < len(pattern) && pattern[at] == '*':
			back, from = at, char
			at++
		case at < len(pattern) && pattern[at] == '?':
			_, n := utf8.DecodeRuneInString(name[char:])
			at++
			char += n
		case at < len(pattern) && pattern[at] == name[char]:
			at++
			char++
		case back >= 0:
			_, n := utf8.DecodeRuneInString(name[from:])
			from += n
			at, char = back+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[at:], "*") == ""
}
