package object

import (
	"strings"
	"testing"
)

func TestGlob(t *testing.T) {
	for _, test := range []struct {
		pattern  string
		yes, not []string
	}{
		{"bin/*", []string{"bin/x", "bin/.hidden", "bin/a b"}, []string{"bin", "bin/x/y", "sbin/x", "x"}},
		{"*", []string{"x"}, []string{"", "x/y"}},
		{"**", []string{"", "x", "x/y/z"}, nil},
		{"", []string{""}, []string{"x"}},
		{"a", []string{"a"}, []string{"A", "aa", "a/b"}},
		{"**/*.so", []string{"x.so", "a/x.so", "a/b/x.so", "a/.so"}, []string{"x.so.1", "x.so/y", "so"}},
		{"lib/**", []string{"lib", "lib/x", "lib/x/y"}, []string{"libx", "x/lib"}},
		{"lib/**/x", []string{"lib/x", "lib/a/x", "lib/a/x/x"}, []string{"lib/a", "lib/a/xx", "x"}},
		{"**/a/**/b", []string{"a/b", "x/a/y/z/b", "a/a/b/b"}, []string{"a", "b/a", "a/b/c"}},
		{"**/**/a", []string{"a", "x/y/a"}, []string{"x"}},
		{"a?c", []string{"abc", "aéc", "a日c", "a\xffc", "a.c"}, []string{"ac", "abbc", "a/c"}},
		{"*a*b*", []string{"ab", "xaybz", "aab", "abab"}, []string{"ba", "a", "x/ab"}},
		{"*é", []string{"é", "xé"}, []string{"x\xa9", "e"}},
		{"*?z", []string{"éz", "xxz"}, []string{"z"}},
		{"*??z", []string{"xéz", "ééz"}, []string{"éz"}},
		{"[ab]", []string{"[ab]"}, []string{"a"}},
		{"{a,b}", []string{"{a,b}"}, []string{"a"}},
		{`a\*`, []string{`a\`, `a\b`}, []string{"a*"}},
		{"a.*", []string{"a.", "a.b"}, []string{"ab"}},
	} {
		g, err := parseGlob(test.pattern)
		if err != nil {
			t.Errorf("%q: %v", test.pattern, err)
			continue
		}
		for _, path := range test.yes {
			if !g.match(path) {
				t.Errorf("%q does not match %q", test.pattern, path)
			}
		}
		for _, path := range test.not {
			if g.match(path) {
				t.Errorf("%q matches %q", test.pattern, path)
			}
		}
	}
}

func TestGlobErrors(t *testing.T) {
	for pattern, want := range map[string]string{
		"/bin/*": "an empty component",
		"bin/":   "an empty component",
		"a//b":   "an empty component",
		"../x":   `a component ".."`,
		"./x":    `a component "."`,
		"a/**b":  `"**" in the component "**b"`,
		"***":    "whole component",
	} {
		_, err := parseGlob(pattern)
		wantError(t, err, want, "glob")
	}
}

// TestGlobIsFast: many stars do not take exponential time.
func TestGlobIsFast(t *testing.T) {
	names, err := parseGlob(strings.Repeat("*a", 50) + "b")
	if err != nil {
		t.Fatal(err)
	}
	if names.match(strings.Repeat("a", 255)) {
		t.Error("matches")
	}
	dirs, err := parseGlob(strings.Repeat("**/a/", 50) + "b")
	if err != nil {
		t.Fatal(err)
	}
	if dirs.match(strings.Repeat("a/", 1000) + "a") {
		t.Error("matches")
	}
}
