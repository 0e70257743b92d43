package builtin

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/shell"
)

var updateText = flag.Bool("update-text", false, "rewrite testdata/text.txt with what this host's GNU tools do")

// textFiles are the files that the commands of testdata/text.txt find in their working directory.
var textFiles = map[string]string{
	"empty": "",
	"abc":   "alpha\nbeta\ngamma\n",
	"num":   "10\n9\n-1\n2.5\n1e3\n\n007\n",
	"open":  "one\ntwo\nthree",
	"blank": "a\n\n\n\nb\n\nc\n",
	"tabs":  "a\tb\tc\nd\te\nno tabs\n\t\tx\n",
	"ctrl":  "\x01\x7f\x80\xffé\tA\r\nB\r",
	"nul":   "a\x00b\x00c\x00",
	"bin":   "text\nbi\x00nary text\n",
	"pass":  "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/bin/false\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
	"words": "  two words\nThree  more words here\nthree\nTHREE\n\ttab\n",
	"dup":   "a\na\nA\nb\nb\nb\nc\na\n",
	"ver":   "f1.10.tar\nf1.9.tar\nf1.2~rc\nf1.2\n.h\nf01.2\n",
	"size":  "1K\n2M\n512\n1.5K\n-3G\n0\nx\n",
	"month": "Mar 3\nJan 1\nxxx\nFEB 2\n",
	"long":  strings.Repeat("0123456789", 30) + "\nshort\n",
	"seq":   "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n",
	"conf":  "# comment\nkey=value\nPath = /usr/bin\n[section]\nname: \"x y\"\n\nlast=1\n",
	"sums":  "d41d8cd98f00b204e9800998ecf8427e  empty\n",
	"d/a":   "needle one\n", "d/b.txt": "nothing\n", "d/e/c.c": "the needle\n", "d/e/.h": "needle\n", "d/z.c": "NEEDLE\n",
}

// textCase is one command of testdata/text.txt and what it does.
type textCase struct{ command, result string }

// readTextCases reads the file: groups of commands that share a directory, with a blank line between groups.
func readTextCases(t *testing.T) (groups [][]textCase, comments []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "text.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for group := range strings.SplitSeq(strings.TrimSuffix(string(text), "\n"), "\n\n") {
		var cases []textCase
		comment := ""
		for line := range strings.SplitAfterSeq(group+"\n", "\n") {
			switch {
			case strings.HasPrefix(line, "$ "):
				cases = append(cases, textCase{command: strings.TrimSuffix(line[2:], "\n")})
			case len(cases) == 0:
				comment += line
			default:
				cases[len(cases)-1].result += line
			}
		}
		groups, comments = append(groups, cases), append(comments, comment)
	}
	return groups, comments
}

// textResult renders what a command did: "| " before lines of its output, "! " before those of its messages, "? " before a status but 0. An
// output whose last line has no end has "~ " there.
func textResult(stdout, stderr string, status int) string {
	var b strings.Builder
	for _, stream := range []struct{ mark, text string }{{"|", stdout}, {"!", stderr}} {
		for line := range strings.SplitAfterSeq(stream.text, "\n") {
			if line == "" {
				continue
			}
			shown, ended := strings.CutSuffix(line, "\n")
			mark := stream.mark
			if !ended {
				mark = "~"
			}
			quoted := fmt.Sprintf("%q", shown)
			fmt.Fprintf(&b, "%s %s\n", mark, strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`))
		}
	}
	if status != 0 {
		fmt.Fprintf(&b, "? %d\n", status)
	}
	return b.String()
}

// textCommand splits a command into words, the last of which may be "< FILE".
func textCommand(t *testing.T, command string) (words []string, stdin string) {
	t.Helper()
	if i := strings.LastIndex(command, " < "); i >= 0 {
		command, stdin = command[:i], command[i+3:]
	}
	words, err := shell.Fields(command, func(string) string { return "" })
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return words, stdin
}

func TestText(t *testing.T) {
	if *updateText {
		updateTextFile(t)
	}
	groups, _ := readTextCases(t)
	for _, group := range groups {
		c := newTestContext(t)
		c.Run = runText
		for _, name := range slices.Sorted(maps.Keys(textFiles)) {
			if err := mkdirAll(c, filepath.Dir(c.Path(name))); err != nil {
				t.Fatal(err)
			}
			writeFile(t, c.FS, c.Path(name), textFiles[name])
		}
		for _, test := range group {
			words, stdin := textCommand(t, test.command)
			var stdout, stderr bytes.Buffer
			one := c.With(words...)
			one.Stdout, one.Stderr = &stdout, &stderr
			if stdin != "" {
				file, err := c.FS.Open(c.Path(stdin))
				if err != nil {
					t.Fatal(err)
				}
				one.Stdin = file
			}
			status := one.Run(one)
			got := textResult(stdout.String(), stderr.String(), status)
			if strings.Contains(test.command, " -r") || strings.Contains(test.command, " -R") { // GNU's order is the host directory's
				got, test.result = sortLines(got), sortLines(test.result)
			}
			if sameText(got, test.result) {
				continue
			}
			t.Errorf("$ %s\ngot:\n%swant:\n%s", test.command, got, test.result)
		}
	}
}

// runText runs a command of this package.
func runText(c *Context) int {
	command, ok := Lookup(c.Args[0])
	if !ok {
		return c.Fail(notFound, "command not found")
	}
	return command(c)
}

func mkdirAll(c *Context, dir string) error {
	if _, err := c.FS.Stat(dir); err == nil {
		return nil
	}
	if err := mkdirAll(c, filepath.Dir(dir)); err != nil {
		return err
	}
	return c.FS.Mkdir(dir, 0o755)
}

var (
	textUsage    = regexp.MustCompile(`(?m)^! (?:\w+: )?(Try '.*--help' for more information\.|Usage: .*|Special files require.*)\n`)
	textPosition = regexp.MustCompile(`char \d+: .*`)
)

// sameText compares results but for what is worded otherwise on purpose: hints at --help, and errors of regular expressions and options.
func sameText(got, want string) bool {
	if got == want {
		return true
	}
	if textUsage.MatchString(want) {
		want = textUsage.ReplaceAllString(want, "")
		return strings.Contains(got, "\n! ") == strings.Contains(want, "\n! ") && !strings.Contains(got, "| ") && strings.Contains(got, "? ")
	}
	lower := func(s string) string { return strings.ToLower(textPosition.ReplaceAllStringFunc(s, dropNumber)) }
	return lower(got) == lower(want)
}

func dropNumber(s string) string { return s[strings.Index(s, ": "):] }

// updateTextFile runs the commands with the host's tools.
func updateTextFile(t *testing.T) {
	groups, comments := readTextCases(t)
	var b strings.Builder
	for i, group := range groups {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(comments[i])
		dir := t.TempDir()
		for name, text := range textFiles {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for _, test := range group {
			fmt.Fprintf(&b, "$ %s\n%s", test.command, hostResult(t, dir, test.command))
		}
	}
	if err := os.WriteFile(filepath.Join("testdata", "text.txt"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func hostResult(t *testing.T, dir, line string) string {
	t.Helper()
	words, stdin := textCommand(t, line)
	command := exec.Command(words[0], words[1:]...)
	var stdout, stderr bytes.Buffer
	command.Dir, command.Stdout, command.Stderr = dir, &stdout, &stderr
	command.Env = []string{"LC_ALL=C", "TZ=UTC", "PATH=" + os.Getenv("PATH")}
	var in io.Reader
	if stdin != "" {
		file, err := os.Open(filepath.Join(dir, stdin))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		in = file
	}
	command.Stdin = in
	err := command.Run()
	if _, ok := err.(*exec.ExitError); err != nil && !ok {
		t.Fatal(err)
	}
	return textResult(stdout.String(), stderr.String(), command.ProcessState.ExitCode())
}
