package stamp

import "strings"

// cutPlaceholder cuts a text around its first placeholder, a variable's name in
// braces. Without one, all of it is before.
func cutPlaceholder(text string) (before, name, after string, found bool) {
	for at := 0; ; at++ {
		brace := strings.IndexByte(text[at:], '{')
		if brace < 0 {
			return text, "", "", false
		}
		at += brace
		name, after, closed := strings.Cut(text[at+1:], "}")
		if !closed {
			return text, "", "", false
		}
		if isName(name) {
			return text[:at], name, after, true
		}
	}
}

// isName says whether a text is letters, digits and underscores, and begins
// with no digit.
func isName(text string) bool {
	for i := range len(text) {
		c := text[i]
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return text != ""
}
