//go:build linux && (amd64 || arm64)

package realroot

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestRoundTrip changes a tree at random and looks whether the base image with
// the changes on top is what the script left.
func TestRoundTrip(t *testing.T) {
	var entries []entry
	for i := range 4 {
		at := fmt.Sprintf("srv/%c", 'a'+i)
		entries = append(entries, dir(at, 0o755).owned(i, i))
		for j := range 3 {
			below := fmt.Sprintf("%s/%c", at, 'a'+j)
			entries = append(entries, dir(below, 0o750), file(below+"/a", below, 0o644).owned(j, i), symlink(below+"/b", "a"))
		}
	}
	base := baseOf(t, entries...)
	const look = `
		find /srv -printf '%p %y %m %U:%G %l\n' | sort
		find /srv -type f -printf '%p ' -exec cat {} \; -printf '\n' | sort`
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			changes, want, err := runBytes(t, Machine{Base: base, Script: randomScript(seed) + look})
			if err != nil {
				t.Fatal(err, want)
			}
			_, got, err := runBytes(t, Machine{Base: append(base[:len(base):len(base)], layerOf(changes)), Script: look})
			if err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("%s\nthe script left\n%s\nthe layers are\n%s\nthe changes are\n%s",
					randomScript(seed), want, got, strings.Join(listing(t, changes), "\n"))
			}
			// Nothing is different any more.
			again, _, err := runMachine(t, Machine{Base: append(base[:len(base):len(base)], layerOf(changes)), Script: "true"})
			if err != nil || len(again) > 0 {
				t.Errorf("%v: a script that does nothing changes %q", err, again)
			}
		})
	}
}

// randomScript changes what is in /srv. Commands may fail.
func randomScript(seed uint64) string {
	random := rand.New(rand.NewPCG(seed, 1))
	path := func() string {
		parts := []string{"/srv"}
		for range 1 + random.IntN(3) {
			parts = append(parts, string(rune('a'+random.IntN(5))))
		}
		return strings.Join(parts, "/")
	}
	script := "exec 3>&1 >/dev/null 2>&1\n"
	for range 60 {
		a, b, n := path(), path(), random.IntN(1000)
		script += []string{
			"rm -rf " + a, "mkdir -p " + a, "mv -T " + a + " " + b, "mv " + a + " " + b, "cp -a " + a + " " + b, fmt.Sprintf("test -e %s -a ! -f %[1]s || echo %d > %[1]s", a, n),
			"ln " + a + " " + b, fmt.Sprintf("chown -R %d:%d %s", n, n+1, a), "ln -sfT " + b + " " + a, "rmdir " + a,
			fmt.Sprintf("chmod %o %s", 0o700+n%0o1000, a), "rm -r " + a + " && mkdir " + a, "mkfifo " + a, fmt.Sprintf("mknod %s c %d 1", a, n),
		}[random.IntN(14)] + " || true\n"
	}
	return script + "exec >&3 2>&1\n"
}
