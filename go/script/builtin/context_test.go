package builtin

import (
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func TestLookup(t *testing.T) {
	names := Names()
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Error("Names is not sorted or has a name twice")
	}
	for _, name := range names {
		if _, ok := Lookup(name); !ok {
			t.Errorf("Lookup(%q) finds nothing", name)
		}
	}
	if _, ok := Lookup("no-such-command"); ok {
		t.Error("Lookup finds a command that is not there")
	}
}

func TestContextPath(t *testing.T) {
	for _, test := range []struct{ dir, path, want string }{
		{"/", "a", "/a"},
		{"/w", "a", "/w/a"},
		{"/w", "../a/./b/", "/w/../a/./b/"},
		{"/w", "/a", "/a"},
		{"/w", "", ""},
		{"/w", ".", "/w/."},
	} {
		c := &Context{Dir: test.dir}
		if got := c.Path(test.path); got != test.want {
			t.Errorf("Path(%q) in %s = %q, want %q", test.path, test.dir, got, test.want)
		}
	}
}

func TestGetenv(t *testing.T) {
	c := &Context{Env: []string{"A=1", "B=x=y", "C="}}
	for name, want := range map[string]string{"A": "1", "B": "x=y", "C": "", "D": ""} {
		if got := c.Getenv(name); got != want {
			t.Errorf("Getenv(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestReason(t *testing.T) {
	for want, err := range map[string]error{
		"No such file or directory":       &fs.PathError{Op: "open", Path: "x", Err: syscall.ENOENT},
		"Read-only file system":           &os.LinkError{Op: "link", Old: "a", New: "b", Err: syscall.EROFS},
		"Directory not empty":             syscall.ENOTEMPTY,
		"unexpected EOF":                  io.ErrUnexpectedEOF,
		"Operation not permitted (extra_": errPrivilege,
	} {
		if got := reason(err); !strings.HasPrefix(got, want) {
			t.Errorf("reason(%v) = %q, want %q", err, got, want)
		}
	}
}

func TestQuote(t *testing.T) {
	for name, want := range map[string]string{
		"a":       `'a'`,
		"a b":     `'a b'`,
		"":        `''`,
		"it's":    `"it's"`,
		"it's$":   `'it'\''s$'`,
		`a"b`:     `'a"b'`,
		"a\nb":    `'a'$'\n''b'`,
		"\na":     `''$'\n''a'`,
		"a\n":     `'a'$'\n'`,
		"a'\nb":   `'a'\'''$'\n''b'`,
		"\xff":    `''$'\377'`,
		"\u00e9":  `''$'\303\251'`,
		"\x01\t.": `''$'\001\t''.'`,
	} {
		if got := quote(name); got != want {
			t.Errorf("quote(%q) = %s, want %s", name, got, want)
		}
	}
}

// TestUnprivileged: without root's rights, nothing can be given away and no device made, and the message says where that works.
func TestUnprivileged(t *testing.T) {
	for _, test := range []struct {
		line   string
		status int
		stderr string
	}{
		{"chown 5 f", 1, "chown: changing ownership of 'f': Operation not permitted (extra_commands run without root's rights: " +
			"move this command to fake_root_commands, of a build_image to run_as_root)\n"},
		{"chown root:root f", 0, ""},
		{"chown : f", 0, ""},
		{"chown -h 5 l", 1, "changing ownership of 'l': Operation not permitted"},
		{"chgrp 5 f", 1, "chgrp: changing group of 'f': Operation not permitted"},
		{"chgrp root f", 0, ""},
		{"chmod 4755 f", 0, ""},
		{"mknod x c 1 3", 1, "mknod: x: Operation not permitted (extra_commands"},
		{"mknod x p", 0, ""},
		{"mkfifo y", 0, ""},
		{"install -o 5 f g", 1, "install: cannot change ownership of 'g': Operation not permitted"},
		{"install -o 0 -g 0 f h", 0, ""},
		{"cp -a owned copy", 0, ""},
		{"cp -a dev copy2", 1, "cp: cannot create special file 'copy2': Operation not permitted"},
	} {
		t.Run(test.line, func(t *testing.T) {
			c := newTestContext(t)
			for _, line := range []string{"write f text", "ln -s f l", "write owned text", "chown 5:6 owned", "chmod 6755 owned", "mknod dev c 1 3"} {
				if status, _, stderr := runLine(t, c, splitWords(line)...); status != 0 {
					t.Fatal(stderr)
				}
			}
			c.Privileged = false
			status, _, stderr := runLine(t, c, splitWords(test.line)...)
			if status != test.status || !strings.Contains(stderr, test.stderr) || test.stderr == "" && stderr != "" {
				t.Errorf("status %d, error %q, want %d with %q", status, stderr, test.status, test.stderr)
			}
			if test.line == "cp -a owned copy" {
				if _, out, _ := runLine(t, c, "stat", "-c", "%a %u:%g", "copy"); out != "755 0:0\n" {
					t.Errorf("the copy is %s", out)
				}
			}
		})
	}
}

// TestStandardInput: cp and install read the command's own standard input.
func TestStandardInput(t *testing.T) {
	for _, line := range []string{"cp /dev/stdin f", "install -m 644 /dev/stdin f", "cp -p /dev/fd/0 f"} {
		t.Run(line, func(t *testing.T) {
			c := newTestContext(t)
			c.Stdin = strings.NewReader("from a pipe")
			if status, _, stderr := runLine(t, c, splitWords(line)...); status != 0 {
				t.Fatal(stderr)
			}
			file, err := c.FS.Open(c.Path("f"))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if text, err := io.ReadAll(file); err != nil || string(text) != "from a pipe" {
				t.Errorf("read %q, %v", text, err)
			}
		})
	}
}

// TestDevices: null makes an empty file of the usual mode, and takes what is copied there.
func TestDevices(t *testing.T) {
	c := newTestContext(t)
	if err := c.FS.MountDevices("/dev"); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"install -m 600 /dev/null f", "cp /dev/null g", "write h text", "cp h /dev/null", "cp /dev/null h"} {
		if status, _, stderr := runLine(t, c, splitWords(line)...); status != 0 {
			t.Errorf("%s: status %d: %s", line, status, stderr)
		}
	}
	if _, out, _ := runLine(t, c, "stat", "-c", "%n %a %s %F", "f", "g", "h"); out != "f 600 0 regular empty file\ng 644 0 regular empty file\n"+
		"h 644 0 regular empty file\n" {
		t.Errorf("made %s", out)
	}
}

// TestExtendedAttributes: cp -a keeps them, cp -p does not, and a copy over a file takes the old ones away.
func TestExtendedAttributes(t *testing.T) {
	c := newTestContext(t)
	for _, line := range []string{"write f text", "write there text"} {
		runLine(t, c, splitWords(line)...)
	}
	for path, name := range map[string]string{"f": "security.capability", "there": "user.old"} {
		if err := c.FS.Setxattr(c.Path(path), name, []byte("value")); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range []string{"cp -a f all", "cp -p f plain", "cp --preserve=xattr f only", "cp -a f there", "mv f moved"} {
		if status, _, stderr := runLine(t, c, splitWords(line)...); status != 0 {
			t.Errorf("%s: status %d: %s", line, status, stderr)
		}
	}
	for path, want := range map[string]string{
		"all": "security.capability", "plain": "", "only": "security.capability", "there": "security.capability", "moved": "security.capability",
	} {
		names, err := c.FS.Listxattr(c.Path(path))
		if err != nil || strings.Join(names, " ") != want {
			t.Errorf("%s has %q (%v), want %q", path, names, err, want)
		}
	}
}

// TestAccountsOfImage: names come from the image's root, not from the tree's.
func TestAccountsOfImage(t *testing.T) {
	c := newTestContext(t)
	c.Root = "/tmp/w/r"
	for _, line := range []string{"mkdir etc", "write etc/passwd app:x:12345:23456::/:/bin/sh\n", "write f text"} {
		runLine(t, c, splitWords(line)...)
	}
	for _, test := range []struct {
		line, stderr, owner string
		status              int
	}{
		{"chown app: f", "", "12345:23456\n", 0},
		{"chown daemon f", "chown: invalid user: 'daemon'\n", "12345:23456\n", 1},
		{"chown :nogroup f", "", "12345:65534\n", 0},
		{"chown root f", "chown: invalid user: 'root'\n", "12345:65534\n", 1},
		{"chown 7:8 f", "", "7:8\n", 0},
	} {
		status, _, stderr := runLine(t, c, splitWords(test.line)...)
		_, owner, _ := runLine(t, c, "stat", "-c", "%u:%g", "f")
		if status != test.status || stderr != test.stderr || owner != test.owner {
			t.Errorf("%s: status %d, error %q, owner %s", test.line, status, stderr, owner)
		}
	}
}
