//go:build linux && (amd64 || arm64)

package realroot

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/object"
)

func writeFile(t testing.TB, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestErrors looks at what is said when something goes wrong.
func TestErrors(t *testing.T) {
	base := withProgram(t)
	failing := errors.New("the disk is broken")
	for _, test := range []struct {
		name string
		m    Machine
		want []string
	}{
		{"a failing command", Machine{Base: base, Script: "true; grep -q x /etc/absent 2>/dev/null; touch /srv/x"}, []string{"run_as_root: the script failed with exit status 2"}},
		{"a missing command", Machine{Base: base, Script: "nothere"}, []string{"the script failed with exit status 127"}},
		{"a signal", Machine{Base: base, Script: "kill -9 $$"}, []string{"the script was ended by signal 9 (killed)"}},
		{"no shell", Machine{Base: []archive.Layer{layerOf(tarOf(t, dir("etc", 0o755)))}}, []string{"no shell", "/bin/bash", "add bash"}},
		{"no such shell", Machine{Base: base, Shell: "/bin/zsh"}, []string{"the shell /bin/zsh is not in the image"}},
		{
			"a shell without its interpreter", Machine{Base: []archive.Layer{layerOf(tarOf(t, file("bin/sh", "#!/bin/absent\n", 0o755)))}},
			[]string{"/bin/sh", "its interpreter /bin/absent is not in the image"},
		},
		{"a broken layer", Machine{Base: []archive.Layer{layerOf([]byte("no tar"))}}, []string{"layer 1 of 1", "not an uncompressed tar"}},
		{
			"a layer that cannot be read", Machine{Base: []archive.Layer{{
				Describe: "hello", Write: func(context.Context, io.Writer) error { return failing },
			}}},
			[]string{"layer 1 of 1 of the base image (hello): the disk is broken"},
		},
		{
			"a layer that cannot be read to its end", Machine{Base: []archive.Layer{{Write: func(_ context.Context, w io.Writer) error {
				_, _ = w.Write(make([]byte, 100))
				return failing
			}}}},
			[]string{"layer 1 of 1 of the base image: the disk is broken"},
		},
		{"a new layer that cannot be read", Machine{Base: base, Upper: func(io.Writer) error { return failing }}, []string{"the new layer: the disk is broken"}},
		{"a name that no layer can hold", Machine{Base: base, Script: "touch /srv/.wh.x"}, []string{"/srv/.wh.x", "cannot begin with \".wh.\""}},
		{
			"a path that no layer can hold",
			Machine{Base: base, Script: "cd /srv; d=$(printf d%.0s {1..250}); for i in $(seq 20); do mkdir $d; cd $d; done"},
			[]string{"/srv/dddd", "longer than 4095 bytes"},
		},
		{
			"no directory for the store", Machine{Base: baseOf(t, symlink("nix", "/etc")), StoreDir: storeDir, Objects: nil, Script: "true"},
			nil,
		},
		{
			"a file in place of /proc", Machine{Base: baseOf(t, file("proc", "", 0o644))},
			[]string{"something other than a directory at /proc"},
		},
		{"a full disk", Machine{Base: base, Script: "dd if=/dev/zero of=/tmp/x bs=1M 2>/dev/null || true; rm /tmp/x", DiskSize: 64 * Megabyte}, nil},
		{
			"a disk that was full", Machine{Base: base, Script: "dd if=/dev/zero of=/tmp/x bs=64k 2>/dev/null || { sleep 0.2; rm /tmp/x; exit 3; }", DiskSize: 64 * Megabyte},
			[]string{"exit status 3", "disk_size = 64 MB was used up: raise it"},
		},
		{
			"holes that are larger than the disk", Machine{Base: base, Script: "dd if=/dev/zero of=/srv/lastlog bs=1 count=1 seek=1G 2>/dev/null", DiskSize: 64 * Megabyte},
			[]string{"/srv/lastlog has 1073741825 bytes, most of them holes, which is more than disk_size", "remove it"},
		},
		{
			"the store moved", Machine{Base: base, StoreDir: storeDir, Objects: []*object.Object{objectOf(t, "link", "symlink\x00\x00\x00/etc\n")}, Script: "mv /nix /old"},
			[]string{"/nix/store is not at its place any more"},
		},
		{"a base that does not fit", Machine{Base: base, DiskSize: Megabyte}, []string{"no space left on device", "disk_size = 1 MB was used up: raise it"}},
		{
			"many files", Machine{Base: base, Script: "for i in $(seq 100000); do : > /tmp/$i; done", DiskSize: 32 * Megabyte},
			[]string{"exit status 1", "disk_size = 32 MB was used up: raise it"},
		},
		{
			"too much memory", Machine{Base: base, Script: "/bin/program memory 50 & /bin/program memory 50 & wait", Memory: 64 * Megabyte},
			[]string{"used more memory than build_vm_memory_size = 64 MB: raise it"},
		},
		{"enough memory", Machine{Base: base, Script: "/bin/program memory 50 now", Memory: 256 * Megabyte}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, output, err := runBytes(t, test.m)
			if test.want == nil && err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			for _, phrase := range test.want {
				if err == nil || !strings.Contains(err.Error(), phrase) {
					t.Errorf("got error %v, want one with %q\n%s", err, phrase, output)
				}
			}
		})
	}
}

// program32 is an ELF program for 32-bit x86 that makes two system calls:
// getpid and exit.
func program32() string {
	code := "\xb8\x14\x00\x00\x00\xcd\x80\xb8\x01\x00\x00\x00\xbb\x07\x00\x00\x00\xcd\x80"
	const address, headers = 0x08048000, 52 + 32
	elf := []byte("\x7fELF\x01\x01\x01" + strings.Repeat("\x00", 9))
	for _, half := range []uint16{2, 3} {
		elf = binary.LittleEndian.AppendUint16(elf, half)
	}
	for _, word := range []uint32{1, address + headers, 52, 0, 0} {
		elf = binary.LittleEndian.AppendUint32(elf, word)
	}
	for _, half := range []uint16{52, 32, 1, 0, 0, 0} {
		elf = binary.LittleEndian.AppendUint16(elf, half)
	}
	size := uint32(headers + len(code))
	for _, word := range []uint32{1, 0, address, address, size, size, 5, 4096} {
		elf = binary.LittleEndian.AppendUint32(elf, word)
	}
	return string(elf) + code
}

// TestForeign runs a program of another architecture.
func TestForeign(t *testing.T) {
	name := t.TempDir() + "/program32"
	writeFile(t, name, program32())
	if err := os.Chmod(name, 0o755); err != nil {
		t.Fatal(err)
	}
	var exited *exec.ExitError
	if err := exec.Command(name).Run(); !errors.As(err, &exited) || exited.ExitCode() != 7 {
		t.Skipf("this machine runs no 32-bit programs: %v", err)
	}
	_, _, err := runBytes(t, Machine{Base: baseOf(t, file("usr/bin/program32", program32(), 0o755)), Script: "/bin/program32; true"})
	if err == nil || !strings.Contains(err.Error(), "/program32 is no amd64 program") {
		t.Errorf("got error %v", err)
	}
}

// TestCancel cancels a script that runs.
func TestCancel(t *testing.T) {
	runBytesOrSkip(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	r, w := io.Pipe()
	go func() {
		_, _ = io.ReadFull(r, make([]byte, 1))
		cancel(stop)
		_, _ = io.Copy(io.Discard, r)
	}()
	err := Run(ctx, Machine{Base: baseOf(t), Script: "echo x; sleep 60", Name: "run_as_root", Output: w}, io.Discard)
	if !errors.Is(err, stop) || err.Error() != "run_as_root: stop" {
		t.Errorf("got error %v", err)
	}
}

// TestChangesCannotBeWritten ends when nobody takes the result.
func TestChangesCannotBeWritten(t *testing.T) {
	runBytesOrSkip(t)
	r, w := io.Pipe()
	_ = r.CloseWithError(errors.New("full"))
	err := Run(t.Context(), Machine{Base: baseOf(t), Script: "touch /x", Name: "run_as_root"}, w)
	if err == nil || err.Error() != "run_as_root: write the changes: full" {
		t.Errorf("got error %v", err)
	}
}

// runBytesOrSkip skips a test where this machine cannot run machines.
func runBytesOrSkip(t *testing.T) {
	t.Helper()
	if _, output, err := runBytes(t, Machine{Base: baseOf(t), Script: "true"}); err != nil {
		t.Fatal(err, output)
	}
}

// TestDiesWithItsParent runs this test program again, which runs a script,
// kills it, and looks for what is left.
func TestDiesWithItsParent(t *testing.T) {
	base := baseOf(t)
	if os.Getenv("STRATA_TEST_PARENT") != "" {
		_ = Run(t.Context(), Machine{Base: base, Script: "echo x; sleep 60", Name: "run_as_root", Output: os.Stdout}, io.Discard)
		return
	}
	runBytesOrSkip(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	parent := exec.Command("/proc/self/exe", "-test.run=^TestDiesWithItsParent$")
	parent.Env = append(os.Environ(), "STRATA_TEST_PARENT=1")
	parent.Stdout = w
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	_ = parent.Process.Kill()
	_ = parent.Wait()
	// The script holds the pipe's other end as long as it lives.
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, r)
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Error("the script outlived its parent")
	}
}
