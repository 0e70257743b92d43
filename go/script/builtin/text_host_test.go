package builtin

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pick returns one of several choices.
func pick(r *rand.Rand, choices ...string) string { return choices[r.IntN(len(choices))] }

// some returns each of several choices or leaves it out.
func some(r *rand.Rand, choices ...string) []string {
	var chosen []string
	for _, choice := range choices {
		if r.IntN(4) == 0 {
			chosen = append(chosen, choice)
		}
	}
	return chosen
}

// randomLines are a few lines of few letters, so that lines are often equal.
func randomLines(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(9) {
		for range r.IntN(4) {
			b.WriteString(pick(r, "a", "b", "B", " ", "1", "02", "-3", ".", ":", "\t", "x1K"))
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), pick(r, "", "", "\n"))
}

// randomSed writes a script of sed.
func randomSed(r *rand.Rand, depth int) string {
	address := func() string { return pick(r, "1", "2", "3", "$", "/a/", "/^b/", "/1$/", "0~2", "2~3") }
	var commands []string
	for range 1 + r.IntN(3) {
		command := pick(r, "p", "d", "=", "n", "N", "P", "h", "H", "g", "G", "x", "q", "l", "z", "s/a/<&>/", "s/b*/-/g", "s/./X/2", "s/\\n/+/",
			"s/\\(.\\)\\(.*\\)/\\2\\1/", "y/ab/ba/", "i before\n", "a after\n", "c changed\n", "b", "t", "Q3", "s//Y/;", "r g", "$!N", "s/^/;/p",
			"s/a\\|b/\\U&/g", "{p;d}", "/x/,/a/d", "R g", "{N;l}", "s/[^a]$/\\n/M;P", "T")
		if depth > 0 && r.IntN(6) == 0 {
			command = "{" + randomSed(r, depth-1) + "\n}"
		}
		switch r.IntN(4) {
		case 0:
			command = address() + pick(r, "", "!", " ") + command
		case 1:
			command = address() + "," + pick(r, address(), "+1", "~2") + pick(r, "", "", "!") + command
		}
		commands = append(commands, command)
	}
	return strings.Join(commands, "\n")
}

// randomCommand writes a command line that reads the files f and g.
func randomCommand(r *rand.Rand) []string {
	switch r.IntN(10) {
	case 0, 1, 2:
		line := append([]string{"sed"}, some(r, "-n", "-s", "-E", "-z")...)
		script := randomSed(r, 1)
		if strings.Contains(strings.Join(line, " "), "-E") {
			script = strings.NewReplacer(`\(`, "(", `\)`, ")").Replace(script)
		}
		return append(line, "-e", script, "f", "g")
	case 3:
		line := append([]string{"sort"}, some(r, "-n", "-r", "-u", "-f", "-b", "-s", "-d", "-h", "-t:", "-k2", "-k1.2,2n", "-k2,2r", "-k1,1f")...)
		return append(line, pick(r, "f", "g"), "f")
	case 4:
		line := append([]string{"grep"}, some(r, "-i", "-v", "-c", "-n", "-o", "-w", "-x", "-h", "-H", "-l", "-A1", "-B1", "-C2", "-m2", "-b",
			"-E", "-F")...)
		return append(line, "-e", pick(r, "a", "b.*", "[ab]1", "x", ".", "a b", `a\|b`, "a|1"), "f", "g")
	case 5:
		kind := pick(r, "-c", "-b", "-f")
		line := append([]string{"cut"}, kind, pick(r, "1", "2-", "-2", "1,3", "2-3,1", "3,2-4"))
		if kind == "-f" {
			line = append(line, append([]string{pick(r, "-d:", "-d ")}, some(r, "-s")...)...)
		}
		return append(append(line, some(r, "--complement", "--output-delimiter=|")...), "f")
	case 6:
		return append(append([]string{"uniq"}, some(r, "-c", "-d", "-u", "-i", "-f1", "-s1", "-w1")...), "f")
	case 7:
		part := pick(r, "-n2", "-n0", "-n-2", "-n+2", "-c3", "-c-3", "-n1")
		return []string{pick(r, "head", "tail"), part, pick(r, "-q", "-v", "-z"), "f", "g"}
	case 8:
		return append([]string{"diff"}, pick(r, "-a", "-q", "-s", "-U0", "-U1", "-u"), "f", "g")
	}
	return append(append([]string{pick(r, "nl", "tac", "cat", "paste", "comm", "wc", "rev")}, some(r, "-s")...), "f", "g")
}

var fileStamp = regexp.MustCompile(`(?m)^(---|\+\+\+) (f|g)\t.*$`)

// withoutStamps leaves out the times that diff -u shows.
func withoutStamps(text string) string { return fileStamp.ReplaceAllString(text, "$1 $2") }

// Whatever the command line, output and exit status are GNU's.
func TestTextAgainstHost(t *testing.T) {
	for _, name := range []string{"sed", "grep", "sort", "diff"} {
		hostTool(t, name)
	}
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(11, 12))
	for range 500 {
		line := randomCommand(r)
		if name := line[0]; len(line) > 3 && line[1] == "-s" && (name == "comm" || name == "wc" || name == "rev" || name == "tac") {
			continue // no such option, or one with a value
		}
		if all := strings.Join(line, " "); line[0] == "grep" && strings.Contains(all, " -o") &&
			(strings.Contains(all, " -v") || strings.Contains(all, " -x")) {
			continue // GNU's writes separators then, or an empty line
		}
		if all := strings.Join(line, " "); line[0] == "sed" && strings.Contains(all, " -z") && strings.Contains(all, "/M") {
			continue // GNU's matches newlines there, or does not
		}
		path, err := exec.LookPath(line[0])
		if err != nil {
			continue
		}
		c := newTestContext(t)
		c.Run = runText
		files := map[string]string{"f": randomLines(r), "g": randomLines(r)}
		for name, text := range files {
			writeFile(t, c.FS, c.Path(name), text)
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var got, want bytes.Buffer
		one := c.With(line...)
		one.Stdout = &got
		status := runText(one)
		command := exec.Command(path, line[1:]...)
		command.Dir, command.Env, command.Stdout = dir, []string{"LC_ALL=C"}, &want
		_ = command.Run() // the status is compared
		if hostStatus := command.ProcessState.ExitCode(); withoutStamps(got.String()) != withoutStamps(want.String()) || status != hostStatus {
			t.Errorf("%q of %q: got %q and %d, the host has %q and %d", line, files, got.String(), status, want.String(), hostStatus)
		}
	}
}
