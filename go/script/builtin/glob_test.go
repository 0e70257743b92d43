package builtin

import "testing"

func TestMatchGlob(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		fold, want    bool
	}{
		{"", "", false, true},
		{"", "a", false, false},
		{"*", "", false, true},
		{"*", "a/b", false, true},
		{"**a*", "bab", false, true},
		{"a*b*c", "aXXbYYbZc", false, true},
		{"a*b*c", "aXXbYYbZ", false, false},
		{"?", "a", false, true},
		{"?", "", false, false},
		{"?", "\xff", false, true},
		{"a?c", "abc", false, true},
		{"[abc]", "b", false, true},
		{"[a-c]", "d", false, false},
		{"[!a-c]", "d", false, true},
		{"[^a-c]", "b", false, false},
		{"[]]", "]", false, true},
		{"[!]]", "]", false, false},
		{"[a-]", "-", false, true},
		{"[", "[", false, true},
		{"[a", "[a", false, true},
		{"[a", "a", false, false},
		{`[\]]`, "]", false, true},
		{`\*`, "*", false, true},
		{`\*`, "a", false, false},
		{`a\`, "a", false, false},
		{"[[:digit:]]x", "5x", false, true},
		{"[[:digit:]]", "a", false, false},
		{"[![:alpha:]_]", "_", false, false},
		{"[[:nope:]]", ":]", false, true},
		{"ABC", "abc", false, false},
		{"ABC", "abc", true, true},
		{"[A-C]*", "b", true, true},
		{"[[:upper:]]", "a", true, true},
		{"*.txt", ".txt", false, true},
		{"*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false, false},
	} {
		if got := matchGlob(test.pattern, test.text, test.fold); got != test.want {
			t.Errorf("matchGlob(%q, %q, %t) = %t", test.pattern, test.text, test.fold, got)
		}
	}
}
