//go:build linux && (amd64 || arm64)

package realroot

import (
	"context"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestMapped looks for what was written through memory.
func TestMapped(t *testing.T) {
	check(t, Machine{Base: withProgram(t, file("srv/mapped", "base", 0o644)), Script: "/bin/program mapped"},
		"b\n", rootEntry, srvEntry, `0 0644 0:0 ./srv/mapped "xase"`)
}

// TestNothingOutside changes all that the script gets from the machine around
// it. The modes are those that files have already: with others the test would
// do harm where it fails.
func TestNothingOutside(t *testing.T) {
	output, err := os.Create(t.TempDir() + "/output")
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	const script = `for f in /dev/null /dev/zero /dev/stdin /proc/1/fd/0; do
			chmod 666 $f; touch $f; touch -m $f; chown 0 $f; test -c $f
		done
		test -p /dev/stdout; test -p /dev/stderr
		chmod 755 /proc/1/exe
		chmod 666 /proc/keys 2> /dev/null || true # shows /dev/null
		echo x > /dev/null; echo x > /dev/zero; test "$(head -c 3 /dev/urandom | tr -c x x)" = xxx`
	base := baseOf(t)
	if _, output, err := runMachine(t, Machine{Base: base, Script: "true"}); err != nil { // skips the test where it cannot run
		t.Fatal(err, output)
	}
	before := changeTimes(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err = Run(ctx, Machine{Name: "run_as_root", Base: base, Script: script, Output: output}, io.Discard)
	if text, readErr := os.ReadFile(output.Name()); err != nil || readErr != nil || len(text) > 0 {
		t.Errorf("%v, %v\n%s", err, readErr, text)
	}
	if after := changeTimes(t); after != before {
		t.Errorf("something was changed outside: %s, was %s", after, before)
	}
}

// changeTimes tell whether files were changed, even to what they were.
func changeTimes(t *testing.T) (times string) {
	t.Helper()
	for _, name := range []string{"/dev/null", "/dev/zero", "/proc/self/exe"} {
		var st unix.Stat_t
		if err := unix.Stat(name, &st); err != nil {
			t.Fatal(err)
		}
		times += fmt.Sprint(name, " ", st.Ctim.Nano(), " ")
	}
	return times
}
