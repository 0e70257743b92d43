package builtin

import (
	"bytes"
	"io"
	"strings"
	"syscall"
	"testing"
)

// textLine runs a command line and returns what textResult shows.
func textLine(c *Context, stdin string, args ...string) string {
	var stdout, stderr bytes.Buffer
	one := c.With(args...)
	one.Run, one.Stdin, one.Stdout, one.Stderr = runText, strings.NewReader(stdin), &stdout, &stderr
	status := runText(one)
	return textResult(stdout.String(), stderr.String(), status)
}

func TestIdentity(t *testing.T) {
	image := func(c *Context) {
		writeFile(t, c.FS, "/img/etc/passwd", "root:x:0:0::/:\nann:x:1000:50::/:\n")
		writeFile(t, c.FS, "/img/etc/group", "root:x:0:\nwheel:x:10:ann\nstaff:x:50:\n")
		c.Root = "/img"
	}
	bare := func(c *Context) { c.Root = "/img" }
	tests := []struct {
		name       string
		setup      func(c *Context)
		privileged bool
		line       string
		want       string
	}{
		{"root", bare, true, "id", "| uid=0(root) gid=0(root) groups=0(root)\n"},
		{"root's number", bare, true, "id -u", "| 0\n"},
		{"root's name", bare, true, "whoami", "| root\n"},
		{"builder", bare, false, "id", "| uid=1000(nixbld) gid=1000(nixbld) groups=1000(nixbld)\n"},
		{"builder's name", bare, false, "whoami", "| nixbld\n"},
		{"builder with a name in the image", image, false, "id -un", "| ann\n"},
		{"user of the image", image, true, "id ann", "| uid=1000(ann) gid=50(staff) groups=50(staff),10(wheel)\n"},
		{"user by number", image, true, "id -Gn 1000", "| staff wheel\n"},
		{"group", image, true, "id -g ann", "| 50\n"},
		{"unknown user", image, true, "id bob", "! id: 'bob': no such user\n? 1\n"},
		{"names only", image, true, "id -n", "! id: cannot print only names or real IDs in default format\n? 1\n"},
		{"two choices", image, true, "id -ug", "! id: cannot print \"only\" of more than one choice\n? 1\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newTestContext(t)
			if err := mkdirAll(c, "/img/etc"); err != nil {
				t.Fatal(err)
			}
			test.setup(c)
			c.Privileged = test.privileged
			if got := textLine(c, "", strings.Fields(test.line)...); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestMktemp(t *testing.T) {
	c := newTestContext(t)
	c.Env = []string{"TMPDIR=/tmp/w"}
	tests := []struct{ line, want string }{
		{"mktemp", "| /tmp/w/tmp.0000000000\n"},
		{"mktemp", "| /tmp/w/tmp.0000000001\n"},
		{"mktemp -d", "| /tmp/w/tmp.0000000002\n"},
		{"mktemp aXXX", "| a000\n"},
		{"mktemp aXXX.c", "| a000.c\n"},
		{"mktemp -t bXXX", "| /tmp/w/b000\n"},
		{"mktemp -p /etc cXXX", "| /etc/c000\n"},
		{"mktemp --suffix=.x dXXX", "| d000.x\n"},
		{"mktemp -u eXXX", "| e000\n"},
		{"mktemp -u eXXX", "| e000\n"},
		{"mktemp -d fXXX", "| f000\n"},
		{"mktemp aXX", "! mktemp: too few X's in template 'aXX'\n? 1\n"},
		{"mktemp --suffix=/x aXXX", "! mktemp: invalid suffix '/x', contains directory separator\n? 1\n"},
		{"mktemp no/aXXX", "! mktemp: failed to create file via template 'no/aXXX': No such file or directory\n? 1\n"},
		{"mktemp -q no/aXXX", "? 1\n"},
		{"mktemp -p /etc /aXXX", "! mktemp: invalid template, '/aXXX'; with --tmpdir, it may not be absolute\n? 1\n"},
		{"mktemp -t a/bXXX", "! mktemp: invalid template, 'a/bXXX', contains directory separator\n? 1\n"},
	}
	for _, test := range tests {
		if got := textLine(c, "", strings.Fields(test.line)...); got != test.want {
			t.Errorf("%s: got %s, want %s", test.line, got, test.want)
		}
	}
	for name, mode := range map[string]uint32{"a000": 0o600, "f000": 0o700} {
		info, err := c.FS.Stat(c.Path(name))
		if err != nil || info.Mode != mode {
			t.Errorf("%s has mode %o, %v; want %o", name, info.Mode, err, mode)
		}
	}
}

func TestShell(t *testing.T) {
	tests := []struct {
		name, stdin string
		args        []string
		text, words string
		want        string
	}{
		{"text", "", []string{"sh", "-c", "echo hi"}, "echo hi", "sh", ""},
		{"text with name and arguments", "", []string{"bash", "-c", "t", "name", "a", "b"}, "t", "name a b", ""},
		{"bundle", "", []string{"sh", "-euxc", "t"}, "set -e; set -u; set -x; t", "sh", ""},
		{"options apart", "", []string{"bash", "-e", "-o", "pipefail", "+x", "-c", "t"}, "set -e; set -o pipefail; set +x; t", "bash", ""},
		{"file", "", []string{"sh", "-e", "script", "a"}, "set -e; from file\n", "script a", ""},
		{"standard input", "from stdin", []string{"sh"}, "from stdin", "sh", ""},
		{"standard input with arguments", "from stdin", []string{"sh", "-s", "a"}, "from stdin", "sh a", ""},
		{"no text", "", []string{"sh", "-c"}, "", "", "! sh: -c: option requires an argument\n? 2\n"},
		{"no file", "", []string{"bash", "nofile"}, "", "", "! bash: nofile: No such file or directory\n? 127\n"},
		{"unknown option", "", []string{"sh", "-l"}, "", "", "! sh: unrecognised option '-l': these are supported: " +
			"-c -s -a -e -f -n -u -v -x -o NAME\n? 2\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newTestContext(t)
			writeFile(t, c.FS, c.Path("script"), "from file\n")
			var text, words string
			c.RunShell = func(_ *Context, given string, args []string) int {
				text, words = given, strings.Join(args, " ")
				return 0
			}
			if got := textLine(c, test.stdin, test.args...); got != test.want || text != test.text || words != test.words {
				t.Errorf("got %s%q %q, want %s%q %q", got, text, words, test.want, test.text, test.words)
			}
		})
	}
}

func TestDateOfScript(t *testing.T) {
	c := newTestContext(t)
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"date"}, "| Mon May  6 07:08:09 UTC 2024\n"},
		{[]string{"date", "+%s"}, "| 1714979289\n"},
		{[]string{"date", "-r", "/etc/passwd", "+%F %T"}, "| 2024-05-06 07:08:09\n"},
		{[]string{"date", "-d", "tomorrow", "+%F"}, "| 2024-05-07\n"},
		{[]string{"date", "-d", "next week", "+%F %T"}, "| 2024-05-13 07:08:09\n"},
		{[]string{"date", "-d", "next easter"}, "! date: invalid date 'next easter'\n? 1\n"},
		{[]string{"date", "0101"}, "! date: setting the date ('0101') is not supported\n? 1\n"},
		{[]string{"date", "-R"}, "| Mon, 06 May 2024 07:08:09 +0000\n"},
		{[]string{"date", "-I", "-R"}, "! date: multiple output formats specified\n? 1\n"},
		{[]string{"date", "-I", "+%s"}, "! date: multiple output formats specified\n? 1\n"},
		{[]string{"date", "-Ifoo"}, "! date: invalid argument 'foo' for '--iso-8601'\n? 1\n"},
	}
	for _, test := range tests {
		if got := textLine(c, "", test.args...); got != test.want {
			t.Errorf("%q: got %s, want %s", test.args, got, test.want)
		}
	}
}

func TestWhich(t *testing.T) {
	c := newTestContext(t)
	if err := mkdirAll(c, "/tools"); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]uint32{"tool": 0o755, "data": 0o644} {
		writeFile(t, c.FS, "/tools/"+name, "")
		if err := c.FS.Chmod("/tools/"+name, mode); err != nil {
			t.Fatal(err)
		}
	}
	c.Env = []string{"PATH=/none:/tools"}
	if got, want := textLine(c, "", "which", "sed", "tool", "data", "/tools/tool"), "| sed\n| /tools/tool\n| /tools/tool\n? 1\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// endless is a stream without end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = "line\n"[(e.read+i)%5]
	}
	e.read += len(p)
	return len(p), nil
}

// gone is a pipe that nobody reads after so many bytes.
type gone struct{ left int }

func (g *gone) Write(p []byte) (int, error) {
	if g.left -= len(p); g.left < 0 {
		return 0, syscall.EPIPE
	}
	return len(p), nil
}

// Commands that need not read all their input do not, and all stop when nobody reads what they write.
func TestEndlessInput(t *testing.T) {
	readers := []string{"head -n 3", "head -c 9", "sed 3q", "sed -n 3{p;q}", "grep -m 2 l", "grep -q l", "grep -l l"}
	writers := []string{"cat", "cat -n", "tr a b", "cut -c1", "sed p", "grep l", "grep -v x", "uniq -D", "tee", "paste", "nl", "head -n -1",
		"tail -n +2",
		"comm /etc/passwd -", "rev", "base64", "seq 99999999999", "cat -A", "tail -c +4", "paste -s"}
	for _, line := range append(readers, writers...) {
		t.Run(line, func(t *testing.T) {
			c := newTestContext(t).With(strings.Fields(line)...)
			input := &endless{}
			var messages bytes.Buffer
			c.Stdin, c.Stdout, c.Stderr = input, &gone{1 << 20}, &messages
			status := runText(c)
			if status != 0 || messages.Len() > 0 {
				t.Errorf("status %d, %s", status, messages.String())
			}
			if input.read > 64<<20 {
				t.Errorf("read %d bytes", input.read)
			}
		})
	}
}

// full is a device without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestNoSpace(t *testing.T) {
	for _, line := range []string{"cat -n", "tr a b", "sed p", "grep l", "sort", "head", "echo x", "printf x", "seq 3", "wc", "date",
		"cut -c1"} {
		c := newTestContext(t).With(strings.Fields(line)...)
		var messages bytes.Buffer
		c.Stdin, c.Stdout, c.Stderr = strings.NewReader("line\n"), full{}, &messages
		if status := runText(c); status == 0 || !strings.Contains(messages.String(), "No space left on device") {
			t.Errorf("%s: status %d, %q", line, status, messages.String())
		}
	}
}

// A file that is read and appended to at once would grow for ever.
func TestCatOntoItself(t *testing.T) {
	c := newTestContext(t).With("cat", "/etc/passwd")
	file, err := c.FS.OpenFile("/etc/passwd", 0o2001, 0) // O_WRONLY|O_APPEND
	if err != nil {
		t.Fatal(err)
	}
	var messages bytes.Buffer
	c.Stdout, c.Stderr = file, &messages
	if status := runText(c); status != 1 || messages.String() != "cat: /etc/passwd: input file is output file\n" {
		t.Errorf("status %d, %q", status, messages.String())
	}
}

// head leaves what it does not need to those who read the same file after it.
func TestHeadLeavesTheRest(t *testing.T) {
	c := newTestContext(t)
	writeFile(t, c.FS, c.Path("seq"), textFiles["seq"])
	file, err := c.FS.Open(c.Path("seq"))
	if err != nil {
		t.Fatal(err)
	}
	one := c.With("head", "-n", "2")
	one.Stdin = file
	runText(one)
	rest, err := io.ReadAll(file)
	if err != nil || !strings.HasPrefix(string(rest), "3\n") {
		t.Errorf("rest is %q, %v", rest, err)
	}
}

// -i gives the new file the mode and owner of the old one, and leaves nothing else behind.
func TestSedInPlace(t *testing.T) {
	c := newTestContext(t)
	writeFile(t, c.FS, c.Path("f"), "a\n")
	if err := c.FS.Chown(c.Path("f"), 12, 34); err != nil {
		t.Fatal(err)
	}
	if err := c.FS.Chmod(c.Path("f"), 0o4750); err != nil {
		t.Fatal(err)
	}
	if err := c.FS.Symlink("f", c.Path("l")); err != nil {
		t.Fatal(err)
	}
	if got := textLine(c, "", "sed", "-i", "--follow-symlinks", "s/a/b/", "l"); got != "" {
		t.Error(got)
	}
	info, err := c.FS.Lstat(c.Path("f"))
	if err != nil || info.Mode != 0o4750 || info.UID != 12 || info.GID != 34 {
		t.Errorf("f is %+v, %v", info, err)
	}
	if got := textLine(c, "", "sed", "-i", "s/b/c/", "l"); got != "" {
		t.Error(got)
	}
	if got := textLine(c, "", "cat", "f", "l"); got != "| b\n| c\n" {
		t.Error(got)
	}
	entries, err := c.FS.ReadDir(c.Dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("entries %v, %v", entries, err)
	}
}

// What is not supported is an error that names it.
func TestTextUnsupported(t *testing.T) {
	c := newTestContext(t)
	for _, test := range [][]string{
		{"tail", "-f", "x"}, {"grep", "-P", "x"}, {"sed", "--posix", "p"}, {"sed", "e"}, {"sed", "s/a/b/e"}, {"sort", "-R"}, {"xargs", "-p"},
		{"grep", "--color=always", "x"}, {"cut", "-d", "\n", "-f1"}, {"printf", "%a", "1"}, {"env", "-v", "x"}, {"sh", "-i"},
		{"diff", "-y", "a", "b"},
		{"cmp", "-b", "a", "b"}, {"date", "-s", "x"}, {"nl", "-d", "abc"},
	} {
		got := textLine(c, "", test...)
		named := strings.TrimPrefix(test[1], "s/a/b/")
		named, _, _ = strings.Cut(strings.TrimLeft(named, "-%"), "=")
		if !strings.Contains(got, "! ") || !strings.Contains(got, named) || !strings.Contains(got, "? ") {
			t.Errorf("%q: got %s", test, got)
		}
	}
}
