package builtin

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// FuzzRegex compiles any pattern and searches any text: errors are fine, panics and endless searches are not.
func FuzzRegex(f *testing.F) {
	for _, seed := range []string{`\(a*\)*b\1`, "(a|b){2,3}[[:alpha:]-]", "[]^-]x$", "^*a{", `\<\b\B\>`, "((a?)*)+"} {
		f.Add(seed, "aab-ab", true)
		f.Add(seed, "aab-ab", false)
	}
	f.Fuzz(func(t *testing.T, pattern, text string, extended bool) {
		if len(pattern) > 60 || len(text) > 100 {
			return
		}
		for _, lenient := range []bool{false, true} {
			r, err := compileRegex(regexOptions{extended: extended, lenient: lenient, fold: lenient}, pattern)
			if err != nil || r.backrefs && len(text) > 20 {
				continue
			}
			caps := r.find([]byte(text), 0, nil)
			if caps != nil && (caps[0] < 0 || caps[1] < caps[0] || caps[1] > len(text)) {
				t.Errorf("%q in %q: %v", pattern, text, caps)
			}
		}
	})
}

// FuzzSedScript parses any script: errors are fine, panics are not.
func FuzzSedScript(f *testing.F) {
	for _, seed := range []string{"1,/a/{s/x/\\U&/gw f\n}", "a\\\ntext\\\nmore", "y/abc/\\n\\t\\\\/;b x;:x", "\\,a,I!d",
		"0~3,+2l 5", "s,[,],x,2p"} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, script string) {
		_, _, _ = parseSed([]sedChunk{{text: script, where: "-e expression #1"}}, false, false)
	})
}

// FuzzTextArguments gives the parsers of arguments anything.
func FuzzTextArguments(f *testing.F) {
	f.Add("a-z[:upper:]\\101[x*3]", "1,3-", "+%a%-5d%N", "%5.3s%b%*d\\x41")
	f.Fuzz(func(_ *testing.T, set, list, date, format string) {
		_, _ = parseTrSet(set, true)
		_, _ = parseCutList(list, true)
		_, _ = parseSortKey(list)
		_ = formatDate(date, testClock)
		c := &Context{Args: []string{"printf", format, set, list}, Stdout: io.Discard, Stderr: &bytes.Buffer{}}
		if !strings.Contains(format, "*") {
			runPrintf(c)
		}
	})
}
