package imagelayer_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/copytree"
	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/imagelayer"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

const appPath = store.Path("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-app")

// pool has one object.
type pool struct {
	dir     string
	records []string
}

func (p *pool) Paths() []store.Path { return []store.Path{appPath} }

func (p *pool) Open(path store.Path) (*object.Object, error) {
	if path != appPath {
		return nil, errors.New("no such object")
	}
	manifest := ""
	for _, record := range p.records {
		manifest += strings.ReplaceAll(record, "|", "\x00") + "\n"
	}
	return object.ReadManifest(path, strings.NewReader(manifest), p.dir)
}

func newPool(t testing.TB, records ...string) *pool {
	t.Helper()
	if records == nil {
		records = []string{"file|0555|bin/app|app", "file|0444|share/data|data", "file|0444|share/empty|empty"}
	}
	p := &pool{dir: t.TempDir(), records: records}
	for name, text := range map[string]string{"app": "#!/bin/sh\n", "data": "some data\n", "empty": ""} {
		if err := os.WriteFile(p.dir+"/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// app copies the object to the root.
var app = []copytree.Source{{Path: string(appPath)}}

// made is a layer that was written.
type made struct {
	layer   archive.Layer
	data    []byte
	entries []string
	output  string
	customisation.Result
}

// build makes the layer of an image.
func build(t testing.TB, image imagelayer.Image) (made, error) {
	t.Helper()
	var out bytes.Buffer
	image.Output, image.StoreDir = &out, "/nix/store"
	if image.Pool == nil {
		image.Pool = newPool(t)
	}
	r, err := imagelayer.Run(context.Background(), image)
	if err != nil {
		return made{output: out.String()}, err
	}
	defer r.Close()
	var data bytes.Buffer
	result, err := r.Write(&data, customisation.Options{MTime: 1, StoreDir: "/nix/store", Known: image.Pool.Paths()})
	if err != nil {
		return made{output: out.String()}, err
	}
	return made{layer: layerFrom(data.Bytes()), data: data.Bytes(), entries: entries(t, data.Bytes()), output: out.String(), Result: result}, nil
}

// mustBuild is build of an image that can be built.
func mustBuild(t testing.TB, image imagelayer.Image) made {
	t.Helper()
	m, err := build(t, image)
	if err != nil {
		t.Fatalf("%v\n%s", err, m.output)
	}
	return m
}

// debian is a base like a small Debian, in two layers.
func debian(t testing.TB) []archive.Layer {
	t.Helper()
	return []archive.Layer{
		layerOf(t,
			dir("./", 0o755), dir("dev", 0o755), file("dev/old", "x"), dir("etc", 0o755), dir("etc/apt", 0o755), file("etc/apt/sources", "deb\n"),
			file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:34:www:/var/www:/bin/sh\n"), file("etc/group", "root:x:0:\nwww-data:x:34:\n"),
			dir("proc", 0o555), dir("sys", 0o555), dir("srv", 0o2775).owned(7, 8), symlink("bin", "usr/bin"), dir("usr", 0o755), dir("usr/bin", 0o755),
			file("usr/bin/tool", "program"), hardlink("usr/bin/alias", "usr/bin/tool"), dir("usr/share", 0o755), hardlink("usr/share/third", "usr/bin/tool"),
			dir("var", 0o755), dir("var/log", 0o1775).owned(1, 2), file("var/log/old", "line 1\n").owned(3, 4), file("gone", "x"),
		),
		layerOf(t, dir("etc", 0o755), file("etc/issue", "Debian\n"), file(".wh.gone", ""), dir("run", 0o755), symlink("run/link", "/etc/issue")),
	}
}

// TestRunAsRoot: what is in the layer, and what the base and the layer give.
func TestRunAsRoot(t *testing.T) {
	for _, test := range []struct {
		name                 string
		copy                 []copytree.Source
		script, extra        string
		entries, lines, gone string
	}{
		{name: "nothing", script: "true"},
		{name: "reading", script: "cat /etc/passwd /usr/bin/tool > /dev/null; ls -lR / > /dev/null; find / -type f -exec cat {} + > /dev/null; test ! -e /gone"},
		{name: "a new file in a directory of the base", script: "echo x > /srv/new", entries: "srv/ srv/new",
			lines: "/srv directory 2775 7:8\n/srv/new file 644 0:0 \"x\\n\""},
		{name: "deep", script: "echo x > /var/log/new", entries: "var/ var/log/ var/log/new", lines: "/var/log directory 1775 1:2"},
		{name: "appended", script: "echo line 2 >> /var/log/old", entries: "var/ var/log/ var/log/old", lines: "/var/log/old file 644 3:4 \"line 1\\nline 2\\n\""},
		{name: "written over", script: "echo x > /var/log/old", entries: "var/ var/log/ var/log/old", lines: "/var/log/old file 644 3:4 \"x\\n\""},
		{name: "only its mode", script: "chmod 600 /etc/issue", entries: "etc/ etc/issue", lines: "/etc/issue file 600 0:0 \"Debian\\n\""},
		{name: "by a name of the base", script: "chown www-data:www-data /etc/issue; chown -h www-data /run/link", entries: "etc/ etc/issue run/ run/link",
			lines: "/etc/issue file 644 33:34 \"Debian\\n\"\n/run/link symlink 777 33:0 -> /etc/issue"},
		{name: "owners as they were", script: "chown -R 0:0 /etc /usr; chmod 644 /etc/*d"},
		{name: "changed back", script: "chmod 600 /etc/issue; chmod 644 /etc/issue; mv /etc /x; mv /x /etc; ln -s x /etc/y; rm /etc/y"},
		{name: "a removed file", script: "rm /etc/issue", entries: "etc/ etc/.wh.issue", gone: "/etc/issue", lines: "/etc/passwd file 644 0:0 \"root:x:0:0:root:/root:/bin/sh\\nwww-data:x:33:34:www:/var/www:/bin/sh\\n\""},
		{name: "a removed directory", script: "rm -r /usr/share /srv", entries: ".wh.srv usr/ usr/.wh.share", gone: "/usr/share /srv /usr/share/third"},
		{name: "a directory made again", script: "rm -r /etc/apt; mkdir /etc/apt; echo x > /etc/apt/new", entries: "etc/ etc/apt/ etc/apt/.wh..wh..opq etc/apt/new", gone: "/etc/apt/sources"},
		{name: "emptied", script: "rm /etc/apt/*", entries: "etc/ etc/apt/ etc/apt/.wh.sources", gone: "/etc/apt/sources"},
		{name: "a directory of the base renamed", script: "mv /etc/apt /etc/apt2; echo x > /etc/apt2/new", entries: "etc/ etc/.wh.apt etc/apt2/ etc/apt2/new etc/apt2/sources",
			lines: "/etc/apt2/sources file 644 0:0 \"deb\\n\"", gone: "/etc/apt"},
		{name: "a directory of the base renamed to another's name", script: "rm -r /var/log; mv /etc/apt /var/log", entries: "etc/ etc/.wh.apt var/ var/log/ var/log/.wh..wh..opq var/log/sources",
			lines: "/var/log/sources file 644 0:0 \"deb\\n\"", gone: "/etc/apt /var/log/old"},
		{name: "a renamed file of the base", script: "mv /etc/issue /issue", entries: "etc/ etc/.wh.issue issue", lines: "/issue file 644 0:0 \"Debian\\n\"", gone: "/etc/issue"},
		{name: "swapped directories", script: "mv /etc/apt /x; mv /var/log /etc/apt; mv /x /var/log",
			entries: "etc/ etc/apt/ etc/apt/.wh..wh..opq etc/apt/old var/ var/log/ var/log/.wh..wh..opq var/log/sources",
			lines:   "/etc/apt directory 1775 1:2\n/etc/apt/old file 644 3:4 \"line 1\\n\"\n/var/log/sources file 644 0:0 \"deb\\n\"", gone: "/etc/apt/sources /var/log/old"},
		{name: "a file replaced by a directory", script: "rm /etc/issue; mkdir /etc/issue; echo x > /etc/issue/x", entries: "etc/ etc/issue/ etc/issue/x", lines: "/etc/issue directory 755 0:0"},
		{name: "a directory replaced by a file", script: "rm -r /etc/apt; echo x > /etc/apt", entries: "etc/ etc/apt", lines: "/etc/apt file 644 0:0 \"x\\n\"", gone: "/etc/apt/sources"},
		{name: "a directory replaced by a link", script: "rm -r /etc/apt; ln -s ../srv /etc/apt", entries: "etc/ etc/apt", lines: "/etc/apt symlink 777 0:0 -> ../srv", gone: "/etc/apt/sources"},
		{name: "a link replaced by a directory", script: "rm /bin; mkdir /bin", entries: "bin/", lines: "/bin directory 755 0:0"},
		{name: "through a link of the base", script: "echo x > /bin/new; echo y > /run/link", entries: "etc/ etc/issue usr/ usr/bin/ usr/bin/new", lines: "/bin symlink 777 0:0 -> usr/bin\n/etc/issue file 644 0:0 \"y\\n\""},
		{name: "all names of a hard link", script: "echo x >> /bin/tool; [ $(stat -c %h /bin/tool) = 3 ]",
			entries: "usr/ usr/bin/ usr/bin/alias usr/bin/tool usr/share/ usr/share/third",
			lines:   "/usr/bin/alias file 644 0:0 \"programx\\n\"\n/usr/share/third file 644 0:0 \"programx\\n\""},
		{name: "a hard link's names where nobody looked, and one gone", script: "rm /usr/share/third; chmod 755 /usr/bin/alias",
			entries: "usr/ usr/bin/ usr/bin/alias usr/bin/tool usr/share/ usr/share/.wh.third", lines: "/usr/bin/tool file 755 0:0 \"program\"", gone: "/usr/share/third"},
		{name: "a new name of a file of the base", script: "ln /etc/issue /etc/issue.net", entries: "etc/ etc/issue.net", lines: "/etc/issue.net file 644 0:0 \"Debian\\n\""},
		{name: "a copy", script: "cp -a /etc /etc2; rm -r /etc2/apt", entries: "etc2/ etc2/group etc2/issue etc2/passwd", lines: "/etc2/issue file 644 0:0 \"Debian\\n\""},
		{name: "what is never in the layer", script: "test ! -e /dev/old; mkdir -p /dev/shm /nix/store/x; touch /dev/f /nix/store/y; mknod /dev/d c 1 3; echo x > /build/f; echo > $TMPDIR/g; ls /proc /sys"},
		{name: "beside the store", script: "mkdir /nix/var", entries: "nix/ nix/var/"},
		{name: "temporary files that are gone", script: "echo x > /tmp/x; rm /tmp/x; [ $(stat -c %a /tmp) = 1777 ]"},
		{name: "temporary files that stay", script: "echo x > /tmp/x", entries: "tmp/ tmp/x", lines: "/tmp directory 1777 0:0"},
		{name: "a directory for them that is wanted", script: "mkdir -p /tmp", entries: "tmp/", lines: "/tmp directory 1777 0:0"},
		{name: "and has a mode", script: "chmod 700 /tmp", entries: "tmp/", lines: "/tmp directory 700 0:0"},
		{name: "the copies lie over the base", copy: app, script: "/strata/bin/test -x /bin/app; cat /share/data; test ! -e /bin/tool; test -e /usr/bin/tool; echo x >> /share/empty",
			entries: "bin/ bin/app share/ share/data share/empty", lines: "/bin directory 555 0:0\n/bin/app file 555 0:0 \"#!/bin/sh\\n\"\n/share/empty file 444 0:0 \"x\\n\""},
		{name: "copies of the store's files", script: "cp /nix/store/*-app/share/data /etc", entries: "etc/ etc/data", lines: "/etc/data file 444 0:0 \"some data\\n\""},
		{name: "both scripts", script: "(echo runAsRoot) > /runAsRoot", extra: "(echo extraCommands) > extraCommands; cat runAsRoot; test ! -e etc", entries: "extraCommands runAsRoot"},
		{name: "made again by extra_commands", script: "rm -r /etc /var/log/old", extra: "mkdir etc; echo x > etc/passwd; echo y > var/log/old",
			entries: "etc/ etc/.wh..wh..opq etc/passwd var/ var/log/ var/log/old", lines: "/etc/passwd file 644 0:0 \"x\\n\"", gone: "/etc/apt /etc/issue"},
		{name: "a whiteout that extra_commands removes", script: "rm /etc/issue", extra: "rmdir etc", lines: "/etc/issue file 644 0:0 \"Debian\\n\""},
		{name: "root's mode", script: "chmod 700 /; chown 5:6 /", lines: "/ directory 700 5:6"},
		{name: "capabilities", script: "setcap cap_net_raw+ep /etc/issue; setcap -r /etc/issue; touch /etc/x; setcap cap_net_raw+ep /etc/x", entries: "etc/ etc/x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			base := debian(t)
			m := mustBuild(t, imagelayer.Image{Copy: test.copy, RunAsRoot: test.script, ExtraCommands: test.extra, Base: base})
			if got, want := strings.Join(m.entries, " "), strings.TrimSpace("./ "+test.entries); got != want {
				t.Errorf("the layer has %s, want %s\n%s", got, want, m.output)
			}
			tree := listing(t, append(base, m.layer)...) + "\n"
			for line := range strings.Lines(test.lines) {
				if line = strings.TrimSuffix(line, "\n") + "\n"; !strings.HasPrefix(tree, line) && !strings.Contains(tree, "\n"+line) {
					t.Errorf("no %s in\n%s", line, tree)
				}
			}
			for at := range strings.FieldsSeq(test.gone) {
				if strings.Contains(tree, "\n"+at+" ") {
					t.Errorf("%s is still in\n%s", at, tree)
				}
			}
		})
	}
}
