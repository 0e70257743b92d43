package object

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Compare orders paths as Python's pathlib does: component by component, each
// by its code points, where a byte that is not part of valid UTF-8 counts as
// the code point U+DC80 to U+DCFF that Python's surrogateescape gives it. A
// directory comes right before what is in it. The result is negative, zero or
// positive, as strings.Compare's.
func Compare(a, b string) int {
	if utf8.ValidString(a) && utf8.ValidString(b) {
		return compareBytes(a, b)
	}
	for a != "" && b != "" {
		ra, na := codePoint(a)
		rb, nb := codePoint(b)
		if ra != rb {
			return int(ra) - int(rb)
		}
		a, b = a[na:], b[nb:]
	}
	return len(a) - len(b)
}

// codePoint gives the first code point of s, -1 for "/" so that a path comes
// before every other that begins with it.
func codePoint(s string) (rune, int) {
	if s[0] == '/' {
		return -1, 1
	}
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && n == 1 {
		return 0xDC00 + rune(s[0]), 1
	}
	return r, n
}

// compareBytes orders paths component by component, by bytes: the order of
// a NAR, and of Compare where all is valid UTF-8.
func compareBytes(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			continue
		}
		switch {
		case a[i] == '/':
			return -1
		case b[i] == '/':
			return 1
		}
		return int(a[i]) - int(b[i])
	}
	return len(a) - len(b)
}

// inNAROrder gives the entries in the order of a NAR, by their bytes.
func inNAROrder(entries []Entry) []*Entry {
	ordered := make([]*Entry, len(entries))
	for i := range entries {
		ordered[i] = &entries[i]
	}
	slices.SortFunc(ordered, func(a, b *Entry) int { return compareBytes(a.Path, b.Path) })
	return ordered
}

// components splits a path into its names; "" has none.
func components(path string) []string {
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}
