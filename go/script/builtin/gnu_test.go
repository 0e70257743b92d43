package builtin

import (
	"cmp"
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

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// testScript is a script that both the commands here and GNU's run: one command a line, words in single quotes where needed, no expansions.
// A line "write FILE TEXT" makes a file.
type testScript struct {
	name, script string
	// unsorted says that GNU's order of output lines is that of the host's directories.
	unsorted bool
	// statusOnly leaves what failing commands write to standard error alone.
	statusOnly bool
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

// line renders what one command did.
func (s testScript) line(line string, status int, stdout, stderr string) string {
	if s.shown != nil {
		stdout = s.shown(stdout)
	}
	if s.unsorted {
		stdout = sortLines(stdout)
		stderr = sortLines(stderr)
	}
	if s.statusOnly && status != 0 {
		stderr = ""
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
const gnuLister = `cd /
find "$W" -printf '%P|%M|%U:%G|%n|%i|%l\0' | sort -z -t'|' -k1,1 | while IFS='|' read -r -d '' p mode owner links ino target; do
	shown=/tmp/w${p:+/$p}
	content=
	case $mode in
	-*)
		content="$(stat -c %s "$W/$p") $(head -c100 "$W/$p" | tr '\0' . | sed -z 's/\n/\\n/g')"
		if [ "$links" -gt 1 ]; then
			: "${first[$ino]:=$shown}"
			content="$content is ${first[$ino]}"
		fi
		;;
	l*) content=$target ;;
	[cb]*) content=$(stat -c %Hr,%Lr "$W/$p") ;;
	esac
	printf '%s %s %s %s\n' "$shown" "$mode" "$owner" "$content"
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
	b.WriteString("write() { { printf %s \"$2\" >\"$1\"; } 2>/dev/null; }\nmkdir \"$W/r\"; chmod 755 \"$W\" \"$W/r\"; cd \"$W/r\"\n")
	lines := scriptLines(s.script)
	for i, line := range lines {
		if i == 0 {
			fmt.Fprintf(&b, "umask %o\n", cmp.Or(s.umask, 0o022))
		}
		line = strings.ReplaceAll(line, "/tmp/w", work)
		fmt.Fprintf(&b, "{ %s\n} >\"$L/%d.out\" 2>\"$L/%d.err\" </dev/null; echo $? >\"$L/%d.status\"\n", line, i, i, i)
	}
	b.WriteString("declare -A first\n" + gnuLister)
	log := t.TempDir()
	// timeout, since a command that waits for a FIFO's other end would wait for ever.
	cmd := exec.Command("fakeroot", "timeout", "60", "bash", "-c", "umask 022\n"+b.String())
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
