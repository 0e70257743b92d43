package builtin

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// testScript is a script that both the commands here and GNU's run: one command a line, words in single quotes where needed, no expansions.
// A line "write FILE TEXT" makes a file.
type testScript struct {
	name, script string
	// unsorted says that GNU's order of output lines is that of the host's directories.
	unsorted bool
	// leftOut are lines of the script and files of the tree that are not compared where the host's commands have a quirk of gnuQuirks: its name.
	leftOut map[string]string
	// umask is 022 where it is not set.
	umask uint32
	// shown, where set, evens out what a command prints of the host.
	shown func(output string) string
}

// outcome is what a script leaves behind: for each line its output and status, and what it wrote to standard error; then the tree.
type outcome struct {
	lines, errors []string
	tree          string
}

// gnuQuirks are where releases of GNU's commands, or of fakeroot, do not do the same. Each has commands that succeed, in an empty directory,
// where the host's do other than ours.
var gnuQuirks = map[string]string{
	// Seen with coreutils 9.10 under fakeroot, not with 9.1.
	"a copied FIFO is a regular file": "mkfifo p && cp -a p q && test ! -p q",
	// The kernel makes no directory that has setgid; fakeroot believes that it does. Seen with coreutils 9.10, not with 9.1.
	"a directory's setgid is copied with --no-preserve=mode": "mkdir s && chmod g+s s && cp -r --no-preserve=mode s t && test -g t",
	// Seen with findutils 4.9; later such a link counts as a dangling one.
	"find -xtype fails for a link that leads to itself": "ln -s l l && ! find l -xtype l",
	// Older coreutils printed numbers without a sign as numbers with one.
	"stat gives a size a sign": "test $(stat -c %+s .) != $(stat -c %s .)",
}

// hostQuirks are the names of those that the host has.
var hostQuirks = sync.OnceValues(func() (map[string]bool, error) {
	quirks := map[string]bool{}
	for name, probe := range gnuQuirks {
		dir, err := os.MkdirTemp("", "quirk")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		cmd := exec.Command("fakeroot", "bash", "-c", probe)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "FAKEROOTDONTTRYCHOWN=1"}
		var exit *exec.ExitError
		switch err := cmd.Run(); {
		case err == nil:
			quirks[name] = true
		case !errors.As(err, &exit):
			return nil, err
		}
	}
	return quirks, nil
})

// omitted says whether a line of the script or a file of the tree is not compared here.
func (s testScript) omitted(t *testing.T, what string) bool {
	t.Helper()
	quirk, ok := s.leftOut[what]
	if !ok {
		return false
	}
	if gnuQuirks[quirk] == "" {
		t.Fatalf("%q is left out for %q, which is no known quirk", what, quirk)
	}
	quirks, err := hostQuirks()
	if err != nil {
		t.Fatal(err)
	}
	return quirks[quirk]
}

// comparedTree is a tree without the files that are left out.
func (s testScript) comparedTree(t *testing.T, tree string) string {
	t.Helper()
	return strings.Join(slices.DeleteFunc(strings.Split(tree, "\n"), func(line string) bool {
		name, _, _ := strings.Cut(line, " ")
		return s.omitted(t, name)
	}), "\n")
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
		result.errors = append(result.errors, stderr)
	}
	result.tree = ourTree(t, c)
	return result
}

// line renders what one command did. The wording of errors changes between releases, so that there was one is all that is told of it.
func (s testScript) line(line string, status int, stdout, stderr string) string {
	if s.shown != nil {
		stdout = s.shown(stdout)
	}
	if s.unsorted {
		stdout = sortLines(stdout)
	}
	if stderr != "" {
		stderr = "(an error)"
	}
	return fmt.Sprintf("$ %s\n%s%s[%d]", line, stdout, stderr, status)
}

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
		result.errors = append(result.errors, part("err"))
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

// compareWithGNU runs scripts with both and compares their output, whether they report errors, their statuses and the
// trees they leave.
func compareWithGNU(t *testing.T, scripts []testScript) {
	t.Helper()
	requireGNU(t)
	for _, s := range scripts {
		t.Run(s.name, func(t *testing.T) {
			want, got := runGNU(t, s), runOurs(t, s)
			for i, line := range scriptLines(s.script) {
				if got.lines[i] != want.lines[i] && !s.omitted(t, line) {
					t.Errorf("GNU:\n%s\n%s\nours:\n%s\n%s", want.lines[i], want.errors[i], got.lines[i], got.errors[i])
				}
			}
			if wantTree, gotTree := s.comparedTree(t, want.tree), s.comparedTree(t, got.tree); gotTree != wantTree {
				t.Errorf("trees differ, GNU's lines (-) and ours (+):\n%s", differingLines(wantTree, gotTree))
			}
		})
	}
}
