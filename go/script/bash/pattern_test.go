package bash

import (
	"strings"
	"testing"
)

func TestPattern(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"a*c", "abbc", true}, {"a*c", "abbd", false}, {"**a**", "bab", true},
		{"?", "a", true}, {"?", "", false}, {"?", "é", false}, {"??", "é", true}, {`\*`, "*", true}, {`\*`, "a", false}, {`\`, `\`, true},
		{"[abc]", "b", true}, {"[!abc]", "b", false}, {"[^a-c]", "d", true}, {"[a-]", "-", true}, {"[]a]", "]", true}, {"[", "[", true},
		{"[a", "[a", true}, {`[\]]`, "]", true}, {"[[:digit:]-z]", "-", true}, {"[[:upper:]]", "a", false}, {"[[.a.]]", "a", true}, {"[\x80-\xff]", "\xc3", true},
		{"@(a|b)c", "bc", true}, {"@(a|b)c", "abc", false}, {"?(a)b", "b", true}, {"*(ab)c", "ababc", true}, {"+(ab)", "", false}, {"+(a|b*)", "abc", true},
		{"!(a)", "b", true}, {"!(a)", "a", false}, {"!(a|b)*", "a", true}, {"a!(b)", "ab", false}, {"@(a|@(b|c))d", "cd", true}, {"*(*(a))b", "aab", true},
		{"a\nb", "a\nb", true}, {"*", "a\nb/c", true},
	} {
		if got := (patternOptions{extended: true}).matches(test.pattern, test.text); got != test.want {
			t.Errorf("%q against %q: %v", test.pattern, test.text, got)
		}
	}
	if (patternOptions{}).matches("+(a)", "a") || !(patternOptions{}).matches("+(a)", "+(a)") {
		t.Error("an extended pattern counts though it is off")
	}
	if !(patternOptions{fold: true}).matches("[a-c]B", "Bb") {
		t.Error("case counts")
	}
}

// TestPatternEnds: a pattern that needs too many steps is given up.
func TestPatternEnds(t *testing.T) {
	defer func() {
		if _, ok := recover().(tooHard); !ok {
			t.Error("it did not give up")
		}
	}()
	(patternOptions{extended: true}).matches("+(+(+(+(a))))b", strings.Repeat("a", 200))
}
