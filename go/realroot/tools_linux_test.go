//go:build linux && (amd64 || arm64)

package realroot

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
)

// users are the files that useradd and the like need.
func users() []entry {
	return []entry{
		file("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n", 0o644), file("etc/group", "root:x:0:\nstaff:x:50:\n", 0o644),
		file("etc/shadow", "root:*:1:0:99999:7:::\n", 0o640).owned(0, 42), file("etc/gshadow", "root:*::\nstaff:!::\n", 0o640).owned(0, 42),
		file("etc/login.defs", "UID_MIN 1000\nGID_MIN 1000\nUMASK 022\n", 0o644), dir("etc/skel", 0o755), file("etc/skel/.profile", "profile", 0o644),
		dir("etc/default", 0o755),
	}
}

// TestUsers makes users with the host's useradd.
func TestUsers(t *testing.T) {
	base := []archive.Layer{layerOf(tarOf(t, append(hostFiles(t, append(coreutils, "useradd", "groupadd", "su")...), users()...)...))}
	changes, output, err := runMachine(t, Machine{Base: base, Script: `groupadd -g 700 crew
		useradd -m -u 1500 -g crew -G staff -s /bin/bash alice
		chown -R alice:staff /srv
		install -o alice -g crew -m 2750 -d /srv/work
		stat -c %U:%G:%a /srv/work /home/alice/.profile
		id alice`})
	if err != nil {
		t.Fatal(err, output)
	}
	if want := "alice:crew:2750\nalice:crew:644\nuid=1500(alice) gid=700(crew) groups=700(crew),50(staff)\n"; output != want {
		t.Errorf("output %q, want %q", output, want)
	}
	for _, want := range []string{
		"5 0755 1500:700 ./home/alice/", `0 0644 1500:700 ./home/alice/.profile "profile"`, "5 0755 1500:50 ./srv/", "5 2750 1500:700 ./srv/work/",
	} {
		if !slices.Contains(changes, want) {
			t.Errorf("there is no %s in\n%s", want, strings.Join(changes, "\n"))
		}
	}
	// Its own owner, whatever its content, which has the day's date.
	if !slices.ContainsFunc(changes, func(line string) bool { return strings.HasPrefix(line, "0 0640 0:42 ./etc/shadow ") }) {
		t.Errorf("the owner of /etc/shadow is lost:\n%s", strings.Join(changes, "\n"))
	}
}

// TestLibraries makes the cache of the dynamic linker.
func TestLibraries(t *testing.T) {
	base := []archive.Layer{layerOf(tarOf(t, append(hostFiles(t, append(coreutils, "ldconfig")...), file("etc/ld.so.conf", "", 0o644))...))}
	changes, output, err := runMachine(t, Machine{Base: base, Script: "ldconfig; ldconfig -p | grep -c libc.so"})
	if err != nil {
		t.Fatal(err, output)
	}
	if output != "1\n" || !slices.ContainsFunc(changes, func(line string) bool { return strings.HasPrefix(line, "0 0644 0:0 ./etc/ld.so.cache ") }) {
		t.Errorf("%s\n%s", output, strings.Join(changes, "\n"))
	}
}

// TestPackage installs a Debian package with scripts.
func TestPackage(t *testing.T) {
	builder, err := exec.LookPath("dpkg-deb")
	if err != nil {
		t.Skip("the host has no dpkg-deb")
	}
	dirs := t.TempDir()
	for name, text := range map[string]string{
		"DEBIAN/control":    "Package: greeting\nVersion: 1.0\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: says hello\n",
		"DEBIAN/postinst":   "#!/bin/sh\nset -e\nchown 1234:50 /opt/greeting/data\nmknod /opt/greeting/null c 1 3\necho installed for $1\n",
		"DEBIAN/prerm":      "#!/bin/sh\nrm -f /opt/greeting/null\n",
		"opt/greeting/data": "hello",
		"etc/greeting.conf": "conf",
	} {
		name = filepath.Join(dirs, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		writeFile(t, name, text)
		if strings.HasPrefix(text, "#!") {
			if err := os.Chmod(name, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	deb := filepath.Join(t.TempDir(), "greeting.deb")
	if out, err := exec.Command(builder, "--root-owner-group", "-b", dirs, deb).CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	data, err := os.ReadFile(deb)
	if err != nil {
		t.Fatal(err)
	}
	programs := append(coreutils, "dpkg", "dpkg-deb", "dpkg-split", "ldconfig", "start-stop-daemon", "diff")
	base := []archive.Layer{layerOf(tarOf(t, append(append(hostFiles(t, programs...), users()...),
		dir("var/lib/dpkg", 0o755), file("var/lib/dpkg/status", "", 0o644), dir("var/lib/dpkg/info", 0o755), dir("var/lib/dpkg/updates", 0o755),
		file("var/lib/dpkg/available", "", 0o644), dir("var/log", 0o755), dir("usr/share/dpkg", 0o755),
	)...))}
	for _, name := range []string{"cputable", "ostable", "tupletable"} {
		if table, err := os.ReadFile("/usr/share/dpkg/" + name); err == nil {
			base = append(base, layerOf(tarOf(t, file("usr/share/dpkg/"+name, string(table), 0o644))))
		}
	}
	upper := tarOf(t, file("greeting.deb", string(data), 0o644))
	changes, output, err := runMachine(t, Machine{
		Base: base, Script: "dpkg -i /greeting.deb; rm /greeting.deb; stat -c %u:%g /opt/greeting/data; test -c /opt/greeting/null",
		Upper: func(w io.Writer) error {
			_, err := w.Write(upper)
			return err
		},
	})
	if err != nil {
		t.Fatal(err, output)
	}
	if !strings.Contains(output, "installed for configure\n1234:50\n") {
		t.Errorf("output:\n%s", output)
	}
	for _, want := range []string{
		`0 0644 0:0 ./etc/greeting.conf "conf"`, "5 0755 0:0 ./opt/greeting/", `0 0644 1234:50 ./opt/greeting/data "hello"`, "3 0644 0:0 ./opt/greeting/null 1,3",
	} {
		if !slices.Contains(changes, want) {
			t.Errorf("there is no %s in\n%s", want, strings.Join(changes, "\n"))
		}
	}
}

// BenchmarkTree shows how long it takes to make, look at and remove a tree of
// 20,000 files.
func BenchmarkTree(b *testing.B) {
	base := baseOf(b)
	const script = `for i in $(seq 100); do mkdir /srv/$i; (cd /srv/$i && touch $(seq 200)); done
		chown -R 5:6 /srv; find /srv -uid 0; du -s /srv >/dev/null; rm -r /srv/*`
	for b.Loop() {
		if _, output, err := runBytes(b, Machine{Base: base, Script: script}); err != nil {
			b.Fatal(err, output)
		}
	}
}

// BenchmarkUnpack shows how fast an image is unpacked and compared.
func BenchmarkUnpack(b *testing.B) {
	entries := hostFiles(b, "bash")
	content := string(bytes.Repeat([]byte("0123456789abcdef"), 1<<10))
	for i := range 5000 {
		entries = append(entries, file(fmt.Sprintf("srv/%d/%d", i/100, i), content, 0o644))
	}
	data := tarOf(b, entries...)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, output, err := runBytes(b, Machine{Base: []archive.Layer{layerOf(data)}, Script: "true"}); err != nil {
			b.Fatal(err, output)
		}
	}
}
