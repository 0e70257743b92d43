package builtin

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRegex(t *testing.T) {
	ere := regexOptions{extended: true}
	lenient := regexOptions{extended: true, lenient: true}
	tests := []struct {
		name    string
		options regexOptions
		pattern string
		text    string
		want    string // the match and its groups, "|" between them; "-" for none
	}{
		{"longest alternative", ere, "a|ab|abc", "xabcd", "abc"},
		{"leftmost before longest", ere, "bcd|a", "abcd", "a"},
		{"greedy groups", ere, "(a*)(ab)*(b*)", "abb", "abb|a||bb"},
		{"empty turn after another is undone", ere, "(a*)*", "aab", "aa|aa"},
		{"empty first turn counts", ere, "(a*)+", "b", "|"},
		{"group of an earlier turn stays", ere, "((a)|b)*", "ab", "ab|b|a"},
		{"back-reference", regexOptions{}, `\(.*\)-\1`, "xab-aby", "ab-ab|ab"},
		{"back-reference to a group without match", ere, `(a)|b\1`, "b", "-"},
		{"back-reference in a loop", ere, `((.)\2)+`, "xaabbccd", "aabbcc|cc|c"},
		{"back-reference without case", regexOptions{extended: true, fold: true}, `(ab)\1`, "abAB", "abAB|ab"},
		{"interval", ere, "a{2,3}", "aaaa", "aaa"},
		{"interval without lower end", ere, "a{,2}", "aaaa", "aa"},
		{"BRE interval", regexOptions{}, `a\{2\}`, "aaa", "aa"},
		{"BRE operators of GNU", regexOptions{}, `a\+b\?\|c`, "aac", "aa"},
		{"BRE braces are bytes", regexOptions{}, `a{2}`, "aaa{2}", "a{2}"},
		{"BRE star at the start", regexOptions{}, `*a`, "b*a", "*a"},
		{"BRE star behind an anchor", regexOptions{}, `^*a`, "*a", "*a"},
		{"BRE anchors inside", regexOptions{}, `a^b$c`, "a^b$c", "a^b$c"},
		{"BRE anchors in a group", regexOptions{}, `\(^a\)\|\(b$\)`, "ba", "-"},
		{"anchors of ERE are everywhere", ere, "a^b", "a^b", "-"},
		{"word", regexOptions{}, `\<ab\>`, "abc ab", "ab"},
		{"word edges", ere, `\b.\B.`, "a bc", "bc"},
		{"class", ere, "[[:digit:]a-c]+", "x1b9d", "1b9"},
		{"bracket first", ere, "[]x]+", "a]x", "]x"},
		{"not in bracket", ere, "[^]x]+", "]ax", "a"},
		{"backslash in bracket", ere, `[\.]+`, `a\.`, `\.`},
		{"hyphen last", ere, "[a-]+", "b-a", "-a"},
		{"bytes, not runes", ere, "^.$", "é", "-"},
		{"high bytes in ranges", ere, "[\x80-\xff]+", "aéb", "é"},
		{"case", regexOptions{extended: true, fold: true}, "[^b]X", "BxAx", "Ax"},
		{"dot takes newlines", ere, "a.b", "a\nb", "a\nb"},
		{"lines", regexOptions{extended: true, multiline: true}, "^b.*$", "a\nbc\nd", "bc"},
		{"ends of the text", regexOptions{extended: true, multiline: true}, "\\`b", "a\nb", "-"},
		{"literal", regexOptions{literal: true}, "a.*", "ab a.*", "a.*"},
		{"word option takes a shorter match", regexOptions{extended: true, word: true}, "ab?c?", "xa ab-", "ab"},
		{"line option", regexOptions{extended: true, line: true}, "a|ab", "ab", "ab"},
		{"nothing repeated", lenient, "*a|+b", "b", "b"},
		{"brace alone", lenient, "a{1x", "a{1x", "a{1x"},
		{"parenthesis alone", lenient, "a)", "a)", "a)"},
		{"empty alternative", ere, "(|a)b", "ab", "ab|a"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := compileRegex(test.options, test.pattern)
			if err != nil {
				t.Fatal(err)
			}
			if got := showMatch(r, test.text); got != test.want {
				t.Errorf("%q in %q: got %q, want %q", test.pattern, test.text, got, test.want)
			}
		})
	}
}

func showMatch(r *regex, text string) string {
	caps := r.find([]byte(text), 0, nil)
	if caps == nil {
		return "-"
	}
	var parts []string
	for i := 0; i < len(caps); i += 2 {
		part := ""
		if caps[i] >= 0 {
			part = text[caps[i]:caps[i+1]]
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "|")
}

func TestRegexErrors(t *testing.T) {
	ere, lenient := regexOptions{extended: true}, regexOptions{extended: true, lenient: true}
	tests := []struct {
		pattern string
		options regexOptions
		want    error
	}{
		{"[a", ere, errRegexBracket}, {"[[:foo:]]", ere, errRegexClass}, {"[[.ab.]]", ere, errRegexCollate}, {"[z-a]", ere, errRegexRange},
		{"[a-c-e]", ere, errRegexRange}, {"[[:alpha:]-z]", ere, errRegexRange}, {"[:alpha:]", ere, errRegexColons},
		{"(a", ere, errRegexParen}, {"a)", ere, errRegexCloseP}, {`\(a`, regexOptions{}, errRegexParen}, {`a\)`, regexOptions{}, errRegexCloseP},
		{"*a", ere, errRegexRepeat}, {"a|*b", ere, errRegexRepeat}, {"^*", ere, errRegexRepeat}, {"{1}", ere, errRegexRepeat},
		{"a{1", ere, errRegexBrace}, {"a{1x}", ere, errRegexContent}, {"a{2,1}", lenient, errRegexContentOrder},
		{"a{99999}", lenient, errRegexTooBig}, {"((a{999}){999}){9}", ere, errRegexTooBig},
		{`(a)\2`, ere, errRegexBackref}, {`(a\1)`, ere, errRegexBackref}, {`a\`, ere, errRegexBackslash},
	}
	for _, test := range tests {
		if _, err := compileRegex(test.options, test.pattern); err != test.want {
			t.Errorf("%q: got %v, want %v", test.pattern, err, test.want)
		}
	}
}

// Searching takes time linear in the text, and memory only for what is looked at.
func TestRegexLinear(t *testing.T) {
	text := bytes.Repeat([]byte("a"), 1<<18)
	for _, pattern := range []string{"(a*)*b", "(a|aa)+$x", "(a?){30}a{30}b", "x*y*z*b"} {
		r, err := compileRegex(regexOptions{extended: true}, pattern)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if r.matches(text) {
			t.Errorf("%q matches", pattern)
		}
		if d := time.Since(begin); d > 10*time.Second {
			t.Errorf("%q took %v", pattern, d)
		}
	}
}

// randomPattern writes a pattern of the letters a, b and c; groups are counted.
func randomPattern(r *rand.Rand, extended bool, depth int, groups *int) string {
	op := func(s string) string {
		if extended {
			return s
		}
		return `\` + s
	}
	var b strings.Builder
	for range 1 + r.IntN(3) {
		group := false
		switch k := r.IntN(14); {
		case k < 5 || depth == 0:
			b.WriteByte("abc"[r.IntN(3)])
		case k < 8 && *groups < 9:
			*groups++
			group = true
			b.WriteString(op("(") + randomPattern(r, extended, depth-1, groups))
			if r.IntN(3) == 0 {
				b.WriteString(op("|") + randomPattern(r, extended, depth-1, groups))
			}
			b.WriteString(op(")"))
		case k == 8:
			b.WriteString(".")
		case k == 9:
			b.WriteString([]string{"[ab]", "[^a]", "[[:alpha:]]", "[b-c]", `\w`, `\W`}[r.IntN(6)])
		case k == 10 && depth == 2:
			b.WriteString([]string{`\b`, `\B`, `\<`, `\>`}[r.IntN(4)])
			continue
		default:
			b.WriteByte("abc-"[r.IntN(4)])
		}
		switch r.IntN(9) {
		case 0, 1:
			b.WriteString("*")
		case 2:
			b.WriteString(op("+"))
		case 3:
			b.WriteString(op("?"))
		case 4:
			if group {
				b.WriteString(op("{") + "2" + op("}"))
				break
			}
			b.WriteString(op("{") + []string{"2", "1,2", "0,1", ",3", "2,"}[r.IntN(5)] + op("}"))
		}
	}
	return b.String()
}

// randomBackref writes a pattern with one back-reference, of the simple kind that glibc has no bugs with.
func randomBackref(r *rand.Rand, extended bool) string {
	item := func() string {
		return "abc."[r.IntN(4):][:1] + []string{"", "", "*", "b", "[ab]*"}[r.IntN(5)]
	}
	group := []string{`\(`, `\)`}
	if extended {
		group = []string{"(", ")"}
	}
	before, after := []string{"", "^", item()}[r.IntN(3)], []string{"", "$", item()}[r.IntN(3)]
	return before + group[0] + item() + group[1] + item() + `\1` + after
}

func randomText(r *rand.Rand) string {
	b := make([]byte, r.IntN(12))
	for i := range b {
		b[i] = "aabbc-"[r.IntN(6)]
	}
	return string(b)
}

// hostTool returns the path of a GNU tool to compare with, and skips the test where there is none.
func hostTool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		var version []byte
		if version, err = exec.Command(path, "--version").Output(); err == nil && !bytes.Contains(version, []byte("GNU")) {
			err = fmt.Errorf("%s is not GNU's", path)
		}
	}
	if err != nil {
		t.Skipf("nothing to compare with: %v", err)
	}
	return path
}

// Matches and groups are those that GNU sed finds, for thousands of patterns in one run of it.
func TestRegexAgainstSed(t *testing.T) {
	sed := hostTool(t, "sed")
	for _, extended := range []bool{false, true} {
		r := rand.New(rand.NewPCG(1, 2))
		var script, input, want bytes.Buffer
		var cases []string
		for len(cases) < 2000 {
			groups := 0
			pattern := randomPattern(r, extended, 2, &groups)
			if r.IntN(4) == 0 {
				pattern, groups = randomBackref(r, extended), 1
			}
			compiled, err := compileRegex(regexOptions{extended: extended}, pattern)
			if err != nil {
				t.Fatalf("%q: %v", pattern, err)
			}
			text := randomText(r)
			cases = append(cases, fmt.Sprintf("%q in %q", pattern, text))
			replacement := "<&"
			for g := 1; g <= groups; g++ {
				replacement += fmt.Sprintf(`|\%d`, g)
			}
			fmt.Fprintf(&script, "%ds/%s/%s>/\n", len(cases), pattern, replacement)
			fmt.Fprintln(&input, text)
			if caps := compiled.find([]byte(text), 0, nil); caps != nil {
				text = text[:caps[0]] + "<" + showMatch(compiled, text) + ">" + text[caps[1]:]
			}
			fmt.Fprintln(&want, text)
		}
		file := filepath.Join(t.TempDir(), "script")
		if err := os.WriteFile(file, script.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		args := []string{"-f", file}
		if extended {
			args = append([]string{"-E"}, args...)
		}
		command := exec.Command(sed, args...)
		command.Env = []string{"LC_ALL=C"}
		command.Stdin = &input
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		gotLines, wantLines := strings.Split(want.String(), "\n"), strings.Split(string(out), "\n")
		for i, c := range cases {
			if gotLines[i] != wantLines[i] {
				t.Errorf("%s: got %s, sed has %s", c, gotLines[i], wantLines[i])
			}
		}
	}
}
