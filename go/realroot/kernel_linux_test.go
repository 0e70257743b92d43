//go:build linux && (amd64 || arm64)

package realroot

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/rootfs"
)

// onKernel runs a script as package rootfs runs commands: for root with all
// ids, the kernel itself keeps the owners there.
func onKernel(t *testing.T, base []archive.Layer, script string) string {
	t.Helper()
	var layers []rootfs.Layer
	for _, l := range base {
		layers = append(layers, rootfs.Layer{Open: rootfs.Pipe(l.Write)})
	}
	root, err := os.MkdirTemp("", "realroot")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rootfs.RemoveAll(root) }()
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := rootfs.Unpack(t.Context(), root+"/root", layers, rootfs.UnpackOptions{}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	code, err := rootfs.Run(t.Context(), root+"/root", rootfs.Spec{
		Args: []string{"bash", "-ec", script, "run_as_root"}, Env: []string{"LC_ALL=C", "HOME=/root"}, Stdout: &out, Stderr: &out, PrivateNetwork: true,
	})
	if err != nil || code != 0 {
		t.Fatalf("%d, %v\n%s", code, err, &out)
	}
	return out.String()
}

// needOwners skips a test where the kernel cannot keep owners.
func needOwners(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 || os.Lchown(t.TempDir(), 1, 1) != nil {
		t.Skip("needs root with all ids, so that the kernel can show what it does")
	}
}

// TestLikeTheKernel compares scripts with what the kernel does for a real root.
func TestLikeTheKernel(t *testing.T) {
	needOwners(t)
	entries := []entry{dir("srv/open", 0o777), dir("srv/copy", 0o755), dir("srv/group", 0o2777).owned(3, 50), dir("srv/other", 0o6777).owned(4, 60)}
	base := []archive.Layer{layerOf(tarOf(t, append(hostFiles(t, append(coreutils, "setpriv")...), entries...)...))}
	const look = "\nexec 2>&1; find /srv -printf '%p %y %m %U:%G %l\\n' | sort\n"
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			script := usersScript(seed) + look
			want := onKernel(t, base, script)
			_, got, err := runBytes(t, Machine{Base: base, Script: script})
			if err != nil || got != want {
				t.Errorf("%v\n%s\ngot\n%s\nwant\n%s", err, script, got, want)
			}
		})
	}
}

// usersScript has several users do things in /srv where all may.
func usersScript(seed uint64) string {
	random := rand.New(rand.NewPCG(seed, 2))
	path := func() string {
		return "/srv/" + []string{"open", "group", "other"}[random.IntN(3)] + "/" + string(rune('a'+random.IntN(4)))
	}
	var script strings.Builder
	for range 80 {
		a, b, n := path(), path(), random.IntN(5000)
		user := ""
		if id := random.IntN(4); id > 0 {
			user = fmt.Sprintf("setpriv --reuid %d --regid %d --groups 50,%d ", 1000+id, 2000+id, id)
		}
		// Nothing here depends on permissions, which are not checked.
		script.WriteString(user + []string{
			"mkdir " + a, "mkdir -m 777 " + a, "touch " + a, "ln -sT " + b + " " + a, "install -T -m 4755 /usr/bin/true " + b,
			"cp --remove-destination -T /usr/bin/true " + a, fmt.Sprintf("chown -h %d:%d %s", n, n/2, a), "chgrp -h 50 " + a, "chown -h 1001 " + a, "id",
			"bash -c 'umask 077; set -C; echo x > " + a + "'", "setpriv --reuid 7 --clear-groups id",
		}[random.IntN(12)] + " 2>/dev/null || true\n")
		if random.IntN(4) == 0 {
			fmt.Fprintf(&script, "(mkdir -p %s/d; touch %[1]s/d/f; cp -a %[1]s /srv/copy; ln -T %[1]s %[2]s) 2>/dev/null || true\n", a, b)
		}
		if n%8 == 0 {
			fmt.Fprintf(&script, "chown -h %d:%d %s 2>/dev/null || true; chmod %o %[3]s 2>/dev/null || true\n", n, n%100, b, 0o777|n%8<<9|random.IntN(8)<<9)
		}
	}
	return script.String()
}

// TestDebian installs packages on a Debian system, a tar file that the
// environment variable STRATA_TEST_DEBIAN names. STRATA_TEST_DEBS is a folder
// of packages with all that they need.
func TestDebian(t *testing.T) {
	system, folder := os.Getenv("STRATA_TEST_DEBIAN"), os.Getenv("STRATA_TEST_DEBS")
	if system == "" || folder == "" {
		t.Skip("STRATA_TEST_DEBIAN and STRATA_TEST_DEBS name no Debian system and packages for it")
	}
	needOwners(t)
	packages, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var debs []entry
	for _, p := range packages {
		data, err := os.ReadFile(folder + "/" + p.Name())
		if err != nil {
			t.Fatal(err)
		}
		debs = append(debs, file("tmp/debs/"+p.Name(), string(data), 0o644))
	}
	base := []archive.Layer{{Write: func(_ context.Context, w io.Writer) error {
		f, err := os.Open(system)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(w, f)
		return err
	}}, layerOf(tarOf(t, debs...))}
	const script = `export DEBIAN_FRONTEND=noninteractive
		dpkg -i /tmp/debs/*.deb > /dev/null 2>&1 || dpkg -i /tmp/debs/*.deb > /tmp/log 2>&1 || # what others need first
		 { cat /tmp/log; exit 1; }
		useradd -m -G users alice
		su alice -c 'id; mkdir ~/d; touch ~/d/f'
		find / \( -path /proc -o -path /sys -o -path /dev -o -path /tmp \) -prune -o -printf '%p %y %m %U:%G %l\n' | sort
		getcap -r / 2>/dev/null || true`
	want := onKernel(t, base, script)
	changes, got, err := runBytes(t, Machine{Base: base, Script: script})
	if err != nil {
		t.Fatal(err, got)
	}
	if got != want {
		t.Errorf("got %d lines, want %d: %s", strings.Count(got, "\n"), strings.Count(want, "\n"), difference(got, want))
	}
	t.Logf("%d changes", len(listing(t, changes)))
}

// difference are the lines that one text has and another has not.
func difference(got, want string) string {
	var lines []string
	has := func(text, line string) bool { return strings.Contains("\n"+text, "\n"+line) }
	for line := range strings.Lines(got) {
		if !has(want, line) {
			lines = append(lines, "+"+line)
		}
	}
	for line := range strings.Lines(want) {
		if !has(got, line) {
			lines = append(lines, "-"+line)
		}
	}
	return strings.Join(lines, "")
}
