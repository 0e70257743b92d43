package builtin

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// testClock is the time of the trees that tests make.
var testClock = time.Date(2024, time.May, 6, 7, 8, 9, 0, time.UTC)

// testPasswd and testGroup are the accounts of the image that tests work on; Debian's base system has the same.
const (
	testPasswd = "root:x:0:0:::\ndaemon:x:1:1:::\nbin:x:2:2:::\nsys:x:3:3:::\nsync:x:4:65534:::\ngames:x:5:60:::\nman:x:6:12:::\nlp:x:7:7:::\n" +
		"mail:x:8:8:::\nnews:x:9:9:::\nuucp:x:10:10:::\nnobody:x:65534:65534:::\n"
	testGroup = "root:x:0:\ndaemon:x:1:\nbin:x:2:\nsys:x:3:\nadm:x:4:\ntty:x:5:\ndisk:x:6:\nlp:x:7:\nmail:x:8:\nnews:x:9:\nuucp:x:10:\n" +
		"man:x:12:\ngames:x:60:\nnogroup:x:65534:\n"
)

// newTestContext returns a context on an empty tree whose working directory is /tmp/w/r, with the accounts above.
func newTestContext(t *testing.T) *Context {
	t.Helper()
	tree := scriptfs.New(testClock)
	t.Cleanup(func() { tree.Close() })
	for _, dir := range []string{"/etc", "/tmp", "/tmp/w", "/tmp/w/r"} {
		if err := tree.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, tree, "/etc/passwd", testPasswd)
	writeFile(t, tree, "/etc/group", testGroup)
	c := &Context{
		Context: context.Background(), FS: tree, Dir: "/tmp/w/r", Root: "/", Env: []string{"PWD=/tmp/w/r"}, Stdin: strings.NewReader(""),
		Stdout: io.Discard, Stderr: io.Discard, Umask: 0o022, Privileged: true, Clock: testClock,
	}
	c.Run = runLookup
	return c
}

// runLookup runs a command as the interpreter does for one that is no function of its own.
func runLookup(c *Context) int {
	if c.Args[0] == "write" {
		file, err := c.FS.OpenFile(c.Path(c.Args[1]), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666&^c.Umask)
		if err != nil {
			return 1
		}
		io.WriteString(file, c.Args[2])
		file.Close()
		return 0
	}
	if c.Args[0] == "env" {
		c = c.With(c.Args[1:]...)
	}
	command, ok := Lookup(c.Args[0])
	if !ok {
		return c.Fail(127, "command not found")
	}
	return command(c)
}

func writeFile(t *testing.T, tree *scriptfs.FS, name, text string) {
	t.Helper()
	file, err := tree.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(file, text); err != nil {
		t.Fatal(err)
	}
	file.Close()
}

// splitWords splits a line of a test script.
func splitWords(line string) []string {
	var words []string
	word, quoted, escaped, inWord := "", false, false, false
	for i := range len(line) {
		switch c := line[i]; {
		case escaped:
			word, escaped = word+string([]byte{c}), false
		case c == '\'':
			quoted, inWord = !quoted, true
		case c == '\\' && !quoted:
			escaped, inWord = true, true
		case c == ' ' && !quoted:
			if inWord {
				words = append(words, word)
			}
			word, inWord = "", false
		default:
			word, inWord = word+string([]byte{c}), true
		}
	}
	if inWord {
		words = append(words, word)
	}
	return words
}

// scriptLines are the commands of a script.
func scriptLines(script string) []string {
	var lines []string
	for line := range strings.SplitSeq(script, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// runLine runs one command and returns its status and what it wrote.
func runLine(t *testing.T, c *Context, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errors bytes.Buffer
	one := c.With(args...)
	one.Stdout, one.Stderr = &out, &errors
	status = one.Run(one)
	return status, out.String(), errors.String()
}
