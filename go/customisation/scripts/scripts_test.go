package scripts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/script"
	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/go/symlinkjoin"
)

const (
	appPath = store.Path("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-app")
	badPath = store.Path("/nix/store/1123456789abcdfghijklmnpqrsvwxyz-bad")
)

// pool has one object that can be opened, and one that cannot.
type pool struct {
	dir    string
	opened []store.Path
}

func (p *pool) Paths() []store.Path { return []store.Path{appPath, badPath} }

func (p *pool) Open(path store.Path) (*object.Object, error) {
	p.opened = append(p.opened, path)
	if path != appPath {
		return nil, errors.New("bad.nar: not a NAR")
	}
	manifest := ""
	for _, record := range []string{"file|0555|bin/app|app", "file|0444|share/data|data"} {
		manifest += strings.ReplaceAll(record, "|", "\x00") + "\n"
	}
	return object.ReadManifest(path, strings.NewReader(manifest), p.dir)
}

func newPool(t *testing.T) *pool {
	t.Helper()
	p := &pool{dir: t.TempDir()}
	for name, text := range map[string]string{"app": "#!/bin/sh\n", "data": "some data\n"} {
		if err := os.WriteFile(p.dir+"/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// emptyPool has no objects.
type emptyPool struct{}

func (emptyPool) Paths() []store.Path { return nil }

func (emptyPool) Open(path store.Path) (*object.Object, error) {
	return nil, fmt.Errorf("%s is not there", path)
}

// contents is a tree of links to the object.
var contents = []symlinkjoin.Entry{{}, {Path: "bin"}, {Path: "bin/app", Target: string(appPath) + "/bin/app"}, {Path: "share"}}

// result is what an image's scripts make, one line a file.
func result(t *testing.T, image Image) (tree, output string, err error) {
	t.Helper()
	var out bytes.Buffer
	image.Output, image.StoreDir = &out, "/nix/store"
	if image.Pool == nil {
		image.Pool = newPool(t)
	}
	fs, root, err := Run(context.Background(), image)
	if err != nil {
		return "", out.String(), err
	}
	defer fs.Close()
	var lines []string
	err = fs.Walk(root, func(at string, i scriptfs.Info) error {
		line := fmt.Sprintf("%s %o %d:%d", strings.TrimPrefix(strings.TrimPrefix(at, root), "/"), i.Mode, i.UID, i.GID)
		switch i.Type {
		case scriptfs.Symlink:
			line += " -> " + i.Target
		case scriptfs.Regular:
			f, err := fs.Open(at)
			if err != nil {
				return err
			}
			text, err := io.ReadAll(f)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %q", text)
		}
		lines = append(lines, line)
		return nil
	})
	return strings.Join(lines, "\n"), out.String(), err
}

func TestRun(t *testing.T) {
	base := " 755 0:0\nbin 755 0:0\nbin/app 777 0:0 -> " + string(appPath) + "/bin/app\n"
	for _, test := range []struct {
		name  string
		image Image
		want  string
	}{
		{name: "no scripts", want: base + "share 755 0:0"},
		{
			name:  "both",
			image: Image{ExtraCommands: "echo one > share/f; chmod 755 share", FakeRootCommands: "echo two >> share/f; chown 5:6 share/f"},
			want:  base + "share 755 0:0\nshare/f 644 5:6 \"one\\ntwo\\n\"",
		},
		{
			name: "fakechroot", image: Image{Fakechroot: true, ExtraCommands: "echo one > share/f", FakeRootCommands: "echo two >> /share/f; pwd >> share/f; cd bin; pwd >> /share/f"},
			want: base + "share 755 0:0\nshare/f 644 0:0 \"one\\ntwo\\n/\\n/bin\\n\"",
		},
		{
			name: "scratch survives to the second script", image: Image{Fakechroot: true, ExtraCommands: "echo x > $TMPDIR/f", FakeRootCommands: "cp $TMPDIR/f /share; ls /build > /share/l"},
			want: base + "share 755 0:0\nshare/f 644 0:0 \"x\\n\"\nshare/l 644 0:0 \"f\\n\"",
		},
		{
			name:  "a store object is readable and a program there is found",
			image: Image{FakeRootCommands: "cp " + string(appPath) + "/share/data share/d; cat bin/app > share/a; cp -rL bin b; chmod -R u+w b; rm -r b; test -x bin/app"},
			want:  base + "share 755 0:0\nshare/a 644 0:0 \"#!/bin/sh\\n\"\nshare/d 444 0:0 \"some data\\n\"",
		},
		{
			name:  "in the root too",
			image: Image{Fakechroot: true, FakeRootCommands: "cat /bin/app > /share/a; cp " + string(appPath) + "/share/data /share; mkdir -p /nix/var"},
			want:  " 755 0:0\nbin 755 0:0\nbin/app 777 0:0 -> " + string(appPath) + "/bin/app\nnix 755 0:0\nnix/var 755 0:0\nshare 755 0:0\nshare/a 644 0:0 \"#!/bin/sh\\n\"\nshare/data 444 0:0 \"some data\\n\"",
		},
		{
			name:  "what is never in the layer",
			image: Image{Fakechroot: true, ExtraCommands: "mkdir -p dev proc/x sys nix/store build; touch dev/d nix/store/s build/b", FakeRootCommands: "echo x > /build/f; test ! -e /dev/d; test -c /dev/null"},
			want:  " 755 0:0\nbin 755 0:0\nbin/app 777 0:0 -> " + string(appPath) + "/bin/app\nnix 755 0:0\nshare 755 0:0",
		},
		{
			name:  "dev and the store are there without fakechroot",
			image: Image{ExtraCommands: "rm -r bin share; mkdir dev nix; touch dev/d"},
			want:  " 755 0:0\ndev 755 0:0\ndev/d 644 0:0 \"\"\nnix 755 0:0",
		},
		{
			name: "users", image: Image{Fakechroot: true, FakeRootCommands: shadowSetup + `
groupadd -r redis
useradd -r -g redis -s /bin/sh redis
mkdir /data
chown redis:redis /data
rm -r /etc/pam.d /etc/login.defs /etc/gshadow /etc/shadow
rm -f /etc/*- /etc/.pwd.lock
`},
			want: " 755 0:0\nbin 755 0:0\nbin/app 777 0:0 -> " + string(appPath) + "/bin/app\ndata 755 999:999\netc 755 0:0\n" +
				"etc/group 644 0:0 \"root:x:0:\\nredis:x:999:\\n\"\netc/passwd 644 0:0 \"root:x:0:0::/root:/bin/sh\\nredis:x:999:999::/home/redis:/bin/sh\\n\"\nshare 755 0:0",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.image.Tree = contents
			got, output, err := result(t, test.image)
			if err != nil || got != test.want {
				t.Errorf("%v\n%s\ngot\n%s\nwant\n%s", err, output, got, test.want)
			}
		})
	}
}

// shadowSetup does what dockerTools' text of that name does.
const shadowSetup = `
export PATH=/nix/shadow/bin:$PATH
mkdir -p /etc/pam.d
if [[ ! -f /etc/passwd ]]; then
  echo "root:x:0:0::/root:/bin/sh" > /etc/passwd
  echo "root:!x:::::::" > /etc/shadow
fi
if [[ ! -f /etc/group ]]; then
  echo "root:x:0:" > /etc/group
  echo "root:x::" > /etc/gshadow
fi
if [[ ! -f /etc/pam.d/other ]]; then
  cat > /etc/pam.d/other <<EOF
account sufficient pam_unix.so
auth sufficient pam_rootok.so
password requisite pam_unix.so nullok yescrypt
session required pam_unix.so
EOF
fi
if [[ ! -f /etc/login.defs ]]; then
  touch /etc/login.defs
fi
`

// TestApart: with enable_fakechroot scripts use what real systems have in
// the store, /dev, /proc and /sys as fakeroot lets them, and none of it is in
// the layer.
func TestApart(t *testing.T) {
	for _, test := range []struct{ name, commands string }{
		{"make in the store", "mkdir -p /nix/store/foo/bar; echo x > /nix/store/baz; ln -s baz /nix/store/link; test -w /nix/store; rm -r /nix/store/foo"},
		{"make devices", "mkdir -p /dev/shm/x; mknod /dev/own c 1 3; echo x > /dev/file"},
		{"what is there", "mkdir -p /dev /proc /sys /nix/store; echo x > /dev/null; ls /proc /sys"},
		{"owners of everything", "chown -R 1000:1000 /dev /proc /sys /nix/store"},
		{"modes of everything", "chmod -R u+w,g-x /dev /proc /sys /nix/store; [ $(stat -c %a /proc) = 745 ]"},
		{"what was made with the store's files", "echo x > /nix/store/f; ln /nix/store/f /nix/store/g; mv /nix/store/f /nix/store/h"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for name, pool := range map[string]Pool{"no objects": emptyPool{}, "objects": onlyApp{newPool(t)}} {
				got, output, err := result(t, Image{Fakechroot: true, Pool: pool, FakeRootCommands: test.commands})
				if want := " 755 0:0"; err != nil || got != want {
					t.Errorf("%s: %v\n%s\ngot\n%s\nwant\n%s", name, err, output, got, want)
				}
			}
		})
	}
}

// onlyApp is a pool without the object that cannot be opened.
type onlyApp struct{ *pool }

func (onlyApp) Paths() []store.Path { return []store.Path{appPath} }

// TestFakeroot: owners and modes of what root could not change either are
// noted and are not in the layer, unless a copy takes them along.
func TestFakeroot(t *testing.T) {
	app := string(appPath)
	for _, test := range []struct {
		name  string
		image Image
		want  string
	}{
		{
			"everything", Image{Fakechroot: true, FakeRootCommands: "mkdir /nix/var; chown -R 1000:100 /"},
			" 755 1000:100\nbin 755 1000:100\nbin/app 777 1000:100 -> " + app + "/bin/app\nnix 755 1000:100\nnix/var 755 1000:100\nshare 755 1000:100",
		},
		{
			"through a link", Image{FakeRootCommands: "chmod 4755 bin/app; chown 5:6 bin/app; stat -Lc %a:%u:%g bin/app > share/f"},
			" 755 0:0\nbin 755 0:0\nbin/app 777 0:0 -> " + app + "/bin/app\nshare 755 0:0\nshare/f 644 0:0 \"4755:5:6\\n\"",
		},
		{
			"a copy", Image{Fakechroot: true, FakeRootCommands: "rm -r /bin; chown 5:6 " + app + "/bin/app; cp -a " + app + "/bin/app /share"},
			" 755 0:0\nshare 755 0:0\nshare/app 555 5:6 \"#!/bin/sh\\n\"",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.image.Tree, test.image.Pool = contents, onlyApp{newPool(t)}
			got, output, err := result(t, test.image)
			if err != nil || got != test.want {
				t.Errorf("%v\n%s\ngot\n%s\nwant\n%s", err, output, got, test.want)
			}
		})
	}
}

// TestToolInApart: a tool, which does not see the store and /dev, can make
// directories of their names; what is in them is not in the layer.
func TestToolInApart(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("needs a shell of the host as the tool")
	}
	tool := script.Tool{Name: "gen", Path: filepath.Join(t.TempDir(), "gen")}
	text := "#!" + shell + "\nPATH=$PATH:/usr/bin:/bin\nmkdir -p nix/store/x dev share\necho x > nix/store/f\necho y > share/f\n"
	if err := os.WriteFile(tool.Path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, pool := range map[string]Pool{"no objects": emptyPool{}, "objects": newPool(t)} {
		got, output, err := result(t, Image{Fakechroot: true, Pool: pool, Tools: []script.Tool{tool}, FakeRootCommands: "gen"})
		if want := " 755 0:0\nnix 755 0:0\nshare 755 0:0\nshare/f 644 0:0 \"y\\n\""; err != nil || got != want {
			t.Errorf("%s: %v\n%s\ngot\n%s\nwant\n%s", name, err, output, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		image Image
		want  string
	}{
		{"the first", Image{ExtraCommands: "true\nfalse"}, "extra_commands: line 2: false failed with exit status 1"},
		{"the second", Image{FakeRootCommands: "exit 3"}, "fake_root_commands: line 1: exit failed with exit status 3"},
		{"a program of the store", Image{ExtraCommands: string(appPath) + "/bin/app || true"}, string(appPath) + "/bin/app: a program of a store object cannot be run while the image is made: give it with tools"},
		{"through a link", Image{ExtraCommands: "bin/app"}, "cannot be run while the image is made"},
		{"an object that cannot be opened", Image{ExtraCommands: "cat " + string(badPath) + "/x || true"}, "extra_commands: line 1: bad.nar: not a NAR"},
		{"the store is read-only", Image{FakeRootCommands: "rm -rf " + string(appPath) + "/share"}, "fake_root_commands: line 1: rm failed"},
		{"absolute without fakechroot", Image{FakeRootCommands: "mkdir /data"}, "/data is outside of the image's tree: give a path relative to it, or use fake_root_commands with enable_fakechroot = True"},
		{"extra_commands are never in the root", Image{Fakechroot: true, ExtraCommands: "mkdir /data"}, "extra_commands: line 1: /data is outside"},
		{"a file of the store", Image{Fakechroot: true, FakeRootCommands: "chmod u+w bin/app; echo x >> bin/app"}, "fake_root_commands: line 1: echo failed"},
		{"in an object", Image{Fakechroot: true, FakeRootCommands: "chmod -R u+w " + string(appPath) + "; mkdir " + string(appPath) + "/x"}, "mkdir failed"},
		{"remove an object", Image{Fakechroot: true, FakeRootCommands: "rm -r " + string(appPath)}, "rm failed"},
		{"make in proc", Image{Fakechroot: true, FakeRootCommands: "mkdir /proc/x"}, "mkdir failed"},
		{"make in sys", Image{Fakechroot: true, FakeRootCommands: "touch /sys/x"}, "touch failed"},
		{"the store's directory without fakechroot", Image{FakeRootCommands: "mkdir /nix/store/x"}, "mkdir failed"},
		{"devices without fakechroot", Image{FakeRootCommands: "mkdir /dev/shm"}, "mkdir failed"},
		{"beside the store without fakechroot", Image{FakeRootCommands: "mkdir -p /nix/var"}, "/nix/var is outside of the image's tree"},
		{"modes of the store in extra_commands", Image{ExtraCommands: "chmod 755 bin/app"}, "extra_commands: line 1: chmod failed"},
		{"extra_commands are no root", Image{ExtraCommands: "chown 5 bin"}, "extra_commands: line 1: chown failed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.image.Tree = contents
			_, output, err := result(t, test.image)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s\n%s", err, test.want, output)
			}
		})
	}
}

// TestLazy: objects that no script looks at are not opened.
func TestLazy(t *testing.T) {
	p := newPool(t)
	_, _, err := result(t, Image{Tree: contents, Pool: p, ExtraCommands: "[[ -L bin/app ]]; readlink bin/app; echo bin/*; echo x > share/f"})
	if err != nil || len(p.opened) > 0 {
		t.Errorf("%v, opened %v", err, p.opened)
	}
	_, _, err = result(t, Image{Tree: contents, Pool: p, Fakechroot: true, ExtraCommands: "cat bin/app", FakeRootCommands: "cat bin/app"})
	if err != nil || !slices.Contains(p.opened, appPath) || slices.Contains(p.opened, badPath) {
		t.Errorf("%v, opened %v", err, p.opened)
	}
}
