package builtin

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/store"
)

// runIn runs one command in a tree and returns its status and what it wrote.
func runIn(t *testing.T, tree *scriptfs.FS, change func(c *Context), args ...string) (status int, stdout, stderr string) {
	t.Helper()
	run, ok := Lookup(args[0])
	if !ok {
		t.Fatalf("no command %s", args[0])
	}
	var out, messages bytes.Buffer
	c := &Context{Context: context.Background(), Args: args, FS: tree, Dir: "/", Root: "/", Stdin: strings.NewReader(""), Stdout: &out,
		Stderr: &messages, Umask: 0o022, Privileged: true, Clock: time.Unix(accountEpoch, 0)}
	if change != nil {
		change(c)
	}
	status = run(c)
	return status, out.String(), messages.String()
}

// newTree makes a tree with the files of a set.
func newTree(t *testing.T, files map[string]string) *scriptfs.FS {
	t.Helper()
	tree := scriptfs.New(time.Unix(accountEpoch, 0))
	t.Cleanup(func() { _ = tree.Close() })
	for _, name := range sortedNames(files) {
		writeTreeFile(t, tree, name, files[name])
	}
	return tree
}

// contentOf reads a file of a tree.
func contentOf(t *testing.T, tree *scriptfs.FS, path string) string {
	t.Helper()
	f, err := tree.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

const nssPath = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-nss"

// mountNss puts a store object into a tree that has an empty etc and the file passwd.
func mountNss(t *testing.T, tree *scriptfs.FS) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "passwd"), []byte("root:x:0:0::/root:/bin/sh\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	path, err := store.ParseAnyPath(nssPath)
	if err != nil {
		t.Fatal(err)
	}
	o, err := object.ReadManifest(path, strings.NewReader("directory\x000555\x00etc\x00\nfile\x000444\x00passwd\x00passwd\n"), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.MountLazily(path, func() (*object.Object, error) { return o, nil }); err != nil {
		t.Fatal(err)
	}
}

func TestAccountErrors(t *testing.T) {
	linked := map[string]string{"etc/passwd->": nssPath + "/etc/passwd", "etc/group": "root:x:0:\n"}
	unprivileged := func(c *Context) { c.Privileged = false }
	cases := []struct {
		name   string
		files  map[string]string
		change func(c *Context)
		args   []string
		status int
		want   []string
	}{
		{"unprivileged", shadowSetup, unprivileged, []string{"useradd", "a"}, 1, []string{"useradd: Permission denied", "fake_root_commands"}},
		{"symlink into the store", linked, nil, []string{"useradd", "a"}, 1,
			[]string{"cannot open /etc/passwd", nssPath, "copy the file into the image first", "cp --remove-destination"}},
		{"group of a symlinked passwd is fine", linked, nil, []string{"groupadd", "g"}, 0, nil},
		{"no etc", nil, nil, []string{"groupadd", "g"}, 10, []string{"cannot lock /etc/group", "make /etc first"}},
		{"etc in the store", map[string]string{"etc->": nssPath}, nil, []string{"useradd", "a"}, 1,
			[]string{"cannot lock /etc/passwd", "Read-only file system", "make a directory of it"}},
		{"plain passwords", shadowSetup, nil, []string{"chpasswd"}, 1, []string{"without -e", "random salt", "chpasswd -e"}},
		{"plain passwords with a method", shadowSetup, nil, []string{"chpasswd", "-e", "-c", "NONE"}, 1, []string{"without -e"}},
		{"typed password", shadowSetup, nil, []string{"passwd", "root"}, 1, []string{"cannot type a password", "usermod -p"}},
		{"typed group password", shadowSetup, nil, []string{"gpasswd", "root"}, 1, []string{"Not a tty", "groupmod -p"}},
		{"unknown option", shadowSetup, nil, []string{"useradd", "-D"}, 2, []string{"unrecognised option '-D'", "--create-home"}},
		{"adduser", shadowSetup, nil, []string{"adduser", "-D", "a"}, 1, []string{"adduser: not supported", "use useradd"}},
		{"addgroup", shadowSetup, nil, []string{"addgroup", "a"}, 1, []string{"use groupadd"}},
		{"bad number in login.defs", with(shadowSetup, "etc/login.defs", "UID_MIN many\n"), nil, []string{"useradd", "a"}, 4,
			[]string{"UID_MIN", `"many"`, "want a number"}},
		{"split groups", with(shadowSetup, "etc/login.defs", "MAX_MEMBERS_PER_GROUP 5\n"), nil, []string{"groupadd", "a"}, 1,
			[]string{"MAX_MEMBERS_PER_GROUP", "not supported"}},
		{"command at removal", with(shadowSetup, "etc/login.defs", "USERDEL_CMD /bin/x\n"), nil, []string{"userdel", "root"}, 1,
			[]string{"USERDEL_CMD", "not supported"}},
		{"all system IDs used", shadowSetup, nil, []string{"groupadd", "-r", "-K", "SYS_GID_MIN=0", "-K", "SYS_GID_MAX=0", "g"}, 4,
			[]string{"SYS_GID_MIN", "SYS_GID_MAX"}},
		{"relative root", shadowSetup, nil, []string{"useradd", "--root", "x", "a"}, 3, []string{"must be an absolute path"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tree := newTree(t, c.files)
			mountNss(t, tree)
			status, _, stderr := runIn(t, tree, c.change, c.args...)
			if status != c.status {
				t.Errorf("status %d, want %d", status, c.status)
			}
			for _, text := range c.want {
				if !strings.Contains(stderr, text) {
					t.Errorf("message %q does not say %q", stderr, text)
				}
			}
		})
	}
}

// TestAccountsAfterTheRemedy does what the message about a symlink into the store says.
func TestAccountsAfterTheRemedy(t *testing.T) {
	tree := newTree(t, map[string]string{"etc/passwd->": nssPath + "/passwd"})
	mountNss(t, tree)
	if status, _, stderr := runIn(t, tree, nil, "useradd", "alice"); status != 1 || !strings.Contains(stderr, "copy the file into the image first") {
		t.Fatalf("status %d: %s", status, stderr)
	}
	_, target, _ := runIn(t, tree, nil, "readlink", "-f", "/etc/passwd")
	for _, args := range [][]string{{"cp", "--remove-destination", strings.TrimSpace(target), "/etc/passwd"}, {"chmod", "644", "/etc/passwd"},
		{"useradd", "alice"}} {
		if status, _, stderr := runIn(t, tree, nil, args...); status != 0 {
			t.Fatalf("%q: status %d: %s", args, status, stderr)
		}
	}
	want := "root:x:0:0::/root:/bin/sh\nalice:!:1000:100::/home/alice:/bin/bash\n"
	if got := contentOf(t, tree, "/etc/passwd"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAccountsBelowRoot runs the commands where the image's root is a directory of the tree, as without enable_fakechroot.
func TestAccountsBelowRoot(t *testing.T) {
	tree := newTree(t, map[string]string{"build/image/etc/passwd": "root:x:0:0::/root:/bin/sh\n", "build/image/etc/group": "root:x:0:\n",
		"build/image/etc/skel/f": "f", "build/image/etc/skel/l->": "/etc/skel/f", "etc/passwd": "host:x:1:1::/:/bin/sh\n"})
	status, _, stderr := runIn(t, tree, func(c *Context) { c.Root, c.Dir = "/build/image", "/build/image" }, "useradd", "-m", "-U", "alice")
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	if got, want := contentOf(t, tree, "/build/image/etc/passwd"),
		"root:x:0:0::/root:/bin/sh\nalice:!:1000:1000::/home/alice:/bin/bash\n"; got != want {
		t.Errorf("etc/passwd: got %q, want %q", got, want)
	}
	info, err := tree.Lstat("/build/image/home/alice/l")
	if err != nil || info.UID != 1000 || info.Target != "/home/alice/f" {
		t.Errorf("link of the skeleton: %+v, %v", info, err)
	}
	if got := contentOf(t, tree, "/etc/passwd"); got != "host:x:1:1::/:/bin/sh\n" {
		t.Errorf("etc/passwd outside of the image was changed: %q", got)
	}
}
