package builtin

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// testClock is the time of the trees that tests make.
var testClock = time.Date(2024, time.May, 6, 7, 8, 9, 0, time.UTC)

// testPasswd and testGroup are the accounts of the image that tests work on; Debian's base system has the same.
const (
	testPasswd = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nbin:x:2:2:bin:/bin:/usr/sbin/nologin\n" +
		"sys:x:3:3:sys:/dev:/usr/sbin/nologin\nsync:x:4:65534:sync:/bin:/bin/sync\ngames:x:5:60:games:/usr/games:/usr/sbin/nologin\nman:x:6:12:man:/var/cache/man:/usr/sbin/nologin\n" +
		"lp:x:7:7:lp:/var/spool/lpd:/usr/sbin/nologin\nmail:x:8:8:mail:/var/mail:/usr/sbin/nologin\nnews:x:9:9:news:/var/spool/news:/usr/sbin/nologin\n" +
		"uucp:x:10:10:uucp:/var/spool/uucp:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
	testGroup = "root:x:0:\ndaemon:x:1:\nbin:x:2:\nsys:x:3:\nadm:x:4:\ntty:x:5:\ndisk:x:6:\nlp:x:7:\nmail:x:8:\nnews:x:9:\nuucp:x:10:\n" +
		"man:x:12:\ngames:x:60:\nnogroup:x:65534:\n"
)

// testScript is a script that both the commands here and GNU's run: one command a line, words in single quotes where needed, no expansions.
// A line "write FILE TEXT" makes a file.
type testScript struct {
	name, script string
	// unsorted says that GNU's order of output lines is that of the host's directories.
	unsorted bool
	// umask is 022 where it is not set.
	umask uint32
	// shown, where set, evens out what a command prints of the host.
	shown func(output string) string
}

// outcome is what a script leaves behind: for each line its output and status, then the tree.
type outcome struct {
	lines []string
	tree  string
}

// newTestContext returns a context on an empty tree whose working directory is /w, with the accounts above.
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
			return c.Fail(1, "%v", err)
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

// runOurs runs a script with the commands of this package.
func runOurs(t *testing.T, s testScript) outcome {
	t.Helper()
	c := newTestContext(t)
	c.Umask = cmp.Or(s.umask, 0o022)
	var result outcome
	for _, line := range scriptLines(s.script) {
		status, stdout, stderr := runLine(t, c, splitWords(line)...)
		result.lines = append(result.lines, s.line(line, status, stdout, stderr))
	}
	result.tree = ourTree(t, c)
	return result
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

// line renders what one command did.
func (s testScript) line(line string, status int, stdout, stderr string) string {
	if s.shown != nil {
		stdout = s.shown(stdout)
	}
	if s.unsorted {
		stdout = sortLines(stdout)
		stderr = sortLines(stderr)
	}
	return fmt.Sprintf("$ %s\n%s%s[%d]", line, stdout, bothTargets.Replace(usageHint.ReplaceAllString(stderr, "")), status)
}

// bothTargets evens out a message that cp, mv and install word otherwise than ln.
var bothTargets = strings.NewReplacer(" (-t)", "", " (-T)", "")

var usageHint = regexp.MustCompile(`(?m)^(Try '.* --help' for more information|Special files require major and minor device numbers)\.\n`)

func sortLines(text string) string {
	lines := strings.SplitAfter(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// ourTree lists the tree that a script left.
func ourTree(t *testing.T, c *Context) string {
	t.Helper()
	var lines []string
	first := map[uint64]string{}
	err := c.FS.Walk("/tmp/w", func(p string, info scriptfs.Info) error {
		content := ""
		switch info.Type {
		case scriptfs.Regular:
			file, err := c.FS.Open(p)
			if err != nil {
				return err
			}
			defer file.Close()
			text, err := io.ReadAll(file)
			if err != nil {
				return err
			}
			// Zeros are shown as dots, which a shell can hold.
			shown := strings.ReplaceAll(string(text[:min(100, len(text))]), "\x00", ".")
			content = fmt.Sprintf("%d %s", info.Size, strings.ReplaceAll(shown, "\n", "\\n"))
			if info.Nlink > 1 {
				if first[info.Ino] == "" {
					first[info.Ino] = p
				}
				content += " is " + first[info.Ino]
			}
		case scriptfs.Symlink:
			content = info.Target
		case scriptfs.CharDevice, scriptfs.BlockDevice:
			content = fmt.Sprintf("%d,%d", info.Major, info.Minor)
		}
		lines = append(lines, fmt.Sprintf("%s %s %d:%d %s", p, modeString(info), info.UID, info.GID, content))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// gnuLister lists a tree as ourTree does.
const gnuLister = `cd /; find "$W" -printf '%P|%M|%U:%G|%n|%i|%l\0' | sort -z -t'|' -k1,1 | while IFS='|' read -r -d '' p mode owner links ino target; do
	content=
	case $mode in
	-*) content="$(stat -c %s "$W/$p") $(head -c100 "$W/$p" | tr '\0' . | sed -z 's/\n/\\n/g')"; if [ "$links" -gt 1 ]; then : "${first[$ino]:=/tmp/w${p:+/$p}}"; content="$content is ${first[$ino]}"; fi ;;
	l*) content=$target ;;
	[cb]*) content=$(stat -c %Hr,%Lr "$W/$p") ;;
	esac
	printf '%s %s %s %s\n' "/tmp/w${p:+/$p}" "$mode" "$owner" "$content"
done`

// runGNU runs a script with the host's commands under fakeroot, in a directory whose name is then replaced by /tmp/w.
func runGNU(t *testing.T, s testScript) outcome {
	t.Helper()
	// As deep below the root as the tree of runOurs, since relative links count directories.
	work, err := os.MkdirTemp("/tmp", "gnu")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(work) })
	var b strings.Builder
	b.WriteString("write() { printf %s \"$2\" >\"$1\"; }\nmkdir \"$W/r\"; chmod 755 \"$W\" \"$W/r\"; cd \"$W/r\"\n")
	lines := scriptLines(s.script)
	for i, line := range lines {
		if i == 0 {
			fmt.Fprintf(&b, "umask %o\n", cmp.Or(s.umask, 0o022))
		}
		fmt.Fprintf(&b, "{ %s\n} >\"$L/%d.out\" 2>\"$L/%d.err\" </dev/null; echo $? >\"$L/%d.status\"\n", strings.ReplaceAll(line, "/tmp/w", work), i, i, i)
	}
	b.WriteString("declare -A first\n" + gnuLister)
	log := t.TempDir()
	cmd := exec.Command("fakeroot", "bash", "-c", "umask 022\n"+b.String())
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "W=" + work, "L=" + log, "FAKEROOTDONTTRYCHOWN=1"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("fakeroot bash: %v\n%s", err, out)
	}
	var result outcome
	for i, line := range lines {
		part := func(kind string) string {
			text, err := os.ReadFile(filepath.Join(log, fmt.Sprintf("%d.%s", i, kind)))
			if err != nil {
				t.Fatal(err)
			}
			return strings.ReplaceAll(string(text), work, "/tmp/w")
		}
		var status int
		fmt.Sscan(part("status"), &status)
		result.lines = append(result.lines, s.line(line, status, part("out"), part("err")))
	}
	treeLines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(out), work, "/tmp/w"), "\n"), "\n")
	slices.SortFunc(treeLines, func(a, b string) int { return slices.Compare(treeKey(a), treeKey(b)) })
	result.tree = strings.Join(treeLines, "\n")
	return result
}

// treeKey orders a listing's lines as Walk visits files.
func treeKey(line string) []string {
	name, _, _ := strings.Cut(line, " ")
	return strings.Split(path.Clean(name), "/")
}

// requireGNU skips a test where the commands to compare with are not there.
func requireGNU(t *testing.T) {
	t.Helper()
	cmd := exec.Command("fakeroot", "bash", "-c", "chmod --version && find --version")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "FAKEROOTDONTTRYCHOWN=1"}
	out, err := cmd.CombinedOutput()
	if err == nil && strings.Contains(string(out), "(GNU coreutils) 9.") && strings.Contains(string(out), "(GNU findutils) 4.") {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("fakeroot with GNU coreutils 9 and findutils 4 is needed: %v: %s", err, out)
	}
	t.Skip("fakeroot with GNU coreutils 9 and findutils 4 is not installed: nothing to compare with")
}

// differingLines shows the lines that only one of two texts has.
func differingLines(want, got string) string {
	wantLines, gotLines := strings.Split(want, "\n"), strings.Split(got, "\n")
	var b strings.Builder
	for _, line := range wantLines {
		if !slices.Contains(gotLines, line) {
			b.WriteString("- " + line + "\n")
		}
	}
	for _, line := range gotLines {
		if !slices.Contains(wantLines, line) {
			b.WriteString("+ " + line + "\n")
		}
	}
	return b.String()
}

// compareWithGNU runs scripts with both and compares what they print, their statuses and the trees they leave.
func compareWithGNU(t *testing.T, scripts []testScript) {
	t.Helper()
	requireGNU(t)
	for _, s := range scripts {
		t.Run(s.name, func(t *testing.T) {
			want, got := runGNU(t, s), runOurs(t, s)
			for i := range want.lines {
				if got.lines[i] != want.lines[i] {
					t.Errorf("GNU:\n%s\nours:\n%s", want.lines[i], got.lines[i])
				}
			}
			if got.tree != want.tree {
				t.Errorf("trees differ, GNU's lines (-) and ours (+):\n%s", differingLines(want.tree, got.tree))
			}
		})
	}
}
