package rootfs

import (
	"debug/elf"
	"os"
	"reflect"
	"testing"
)

// foreignELF is the head of a program for another machine.
func foreignELF() string {
	machine := elf.EM_AARCH64
	if reflect.DeepEqual(machines[machine], machineHere()) {
		machine = elf.EM_X86_64
	}
	head := make([]byte, 64)
	copy(head, "\x7fELF\x02\x01\x01")
	head[16], head[18], head[20], head[52] = byte(elf.ET_EXEC), byte(machine), 1, 64
	return string(head)
}

func TestRunErrors(t *testing.T) {
	root := image(t,
		executable("bin/script", "#!/bin/absent -x\n"), executable("bin/text", "hello"), executable("bin/foreign", foreignELF()),
		executable("bin/empty", ""), executable("bin/dynamic", dynamicELF("/lib/absent-ld.so")),
		file("bin/plain", "x"), file("opt/plain", "x"), link("bin/dangling", "/nix/store/absent"), dir("bin/folder", 0o755), file("file", ""),
	)
	for _, test := range []struct {
		name string
		spec Spec
		code int
		want []string
	}{
		{"no command", Spec{}, 125, []string{"neither Entrypoint nor Cmd"}},
		{"not in PATH", Spec{Args: []string{"absent"}}, 127, []string{`command "absent" is not in the image's PATH, ` + DefaultPath}},
		{"not in its own PATH", Spec{Args: []string{"absent"}, Env: []string{"PATH=/x:/y"}}, 127, []string{"PATH, /x:/y"}},
		{"no such file", Spec{Args: []string{"/bin/absent"}}, 127, []string{"command /bin/absent is not in the image"}},
		{"below a file", Spec{Args: []string{"/file/x"}}, 127, []string{"/file/x is not in the image"}},
		{"dangling symlink", Spec{Args: []string{"/bin/dangling"}}, 127, []string{"symlink to /nix/store/absent"}},
		{"directory", Spec{Args: []string{"/bin/folder"}}, 126, []string{"is a directory"}},
		{"not executable", Spec{Args: []string{"plain"}}, 126, []string{"/bin/plain is not executable", "-rw-r--r--"}},
		{"interpreter of a script", Spec{Args: []string{"script"}}, 127, []string{"/bin/script", "interpreter /bin/absent is not in the image"}},
		{"interpreter of a program", Spec{Args: []string{"dynamic"}}, 127, []string{"interpreter /lib/absent-ld.so is not in the image"}},
		{"another machine", Spec{Args: []string{"foreign"}}, 126, []string{"program for", "this machine is " + machineHere(), "platform"}},
		{"text", Spec{Args: []string{"text"}}, 126, []string{"neither an ELF program nor a script"}},
		{"empty file", Spec{Args: []string{"empty"}}, 126, []string{"neither an ELF program nor a script"}},
		{"relative working directory", Spec{Args: []string{"program"}, WorkingDir: "x"}, 125, []string{`"x" is not an absolute path`}},
		{"working directory is a file", Spec{Args: []string{"program"}, WorkingDir: "/file"}, 125, []string{"/file is not a directory"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, code, err := runIn(t, root, test.spec)
			wantError(t, err, append(test.want, "run: ")...)
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
		})
	}
	t.Run("no folder", func(t *testing.T) {
		code, err := Run(background, "/nonexistent/root", Spec{Args: []string{"x"}})
		wantError(t, err, "/nonexistent/root")
		if code != ExitNotStarted {
			t.Errorf("exit code %d", code)
		}
	})
	for _, name := range []string{"proc", "sys", "dev"} {
		t.Run(name+" is a symlink", func(t *testing.T) {
			_, _, code, err := runIn(t, image(t, link(name, "/etc")), Spec{Args: []string{"program"}})
			wantError(t, err, "something other than a directory at /"+name)
			if code != ExitNotStarted {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

func machineHere() string {
	f, err := elf.Open("/proc/self/exe")
	if err != nil {
		return ""
	}
	defer f.Close()
	return machines[f.Machine]
}

// dynamicELF is the test program's own head, with a segment that asks for an
// interpreter.
func dynamicELF(interpreter string) string {
	const headSize, segmentSize = 64, 56
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		return ""
	}
	out := append([]byte(nil), self[:headSize]...)
	put := func(at int, value uint64, size int) {
		for i := range size {
			out[at+i] = byte(value >> (8 * i))
		}
	}
	put(32, headSize, 8) // where the segments are described
	put(40, 0, 8)        // no sections
	put(56, 1, 2)        // one segment
	put(58, 0, 6)
	out = append(out, make([]byte, segmentSize)...)
	put(headSize, uint64(elf.PT_INTERP), 4)
	put(headSize+8, headSize+segmentSize, 8)
	put(headSize+32, uint64(len(interpreter)+1), 8)
	return string(out) + interpreter + "\x00"
}
