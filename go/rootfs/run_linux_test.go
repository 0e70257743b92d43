package rootfs

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"debug/elf"
	"encoding/json"
	"errors"

	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// image is a root folder that holds /bin/program and these entries.
func image(t *testing.T, entries ...entry) string {
	t.Helper()
	needNamespaces(t)
	root, _, err := unpack(t, append(programFiles(t), entries...))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// programFiles are /bin/program, which is the test program, and the libraries
// that it needs if it is not linked statically.
func programFiles(t *testing.T) []entry {
	t.Helper()
	paths := map[string]string{"bin/program": "/proc/self/exe"}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if loader := interpreterOf(self); loader != "" {
		paths[loader] = loader
		maps, err := os.ReadFile("/proc/self/maps")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(maps)) {
			if f := strings.Fields(line); len(f) == 6 && strings.HasPrefix(f[5], "/") && f[5] != self {
				paths[f[5]] = f[5]
			}
		}
	}
	var files []entry
	for name, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, executable(name, string(data)))
	}
	return files
}

func executable(name, content string) entry {
	return file(name, content).with(func(h *tar.Header) { h.Mode = 0o755 })
}

// needNamespaces skips a test where the kernel allows no namespaces.
func needNamespaces(t *testing.T) {
	t.Helper()
	code, err := Run(background, t.TempDir(), Spec{Args: []string{"/absent"}})
	var unavailable *UnavailableError
	if errors.As(err, &unavailable) {
		t.Skipf("this machine does not allow what the test needs: %v", err)
	}
	if code != ExitNotFound {
		t.Fatalf("got %d, %v", code, err)
	}
}

// runIn runs the program in an image and returns its standard output.
func runIn(t *testing.T, root string, spec Spec) (stdout, stderr string, code int, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	spec.Stdout, spec.Stderr = &out, &errs
	ctx, cancel := context.WithTimeout(background, time.Minute)
	defer cancel()
	code, err = Run(ctx, root, spec)
	return out.String(), errs.String(), code, err
}

// lookIn runs the program and returns what it sees.
func lookIn(t *testing.T, root string, spec Spec) seen {
	t.Helper()
	if spec.Args == nil {
		spec.Args = []string{"program", "look"}
	}
	stdout, stderr, code, err := runIn(t, root, spec)
	if code != 0 || err != nil {
		t.Fatalf("got %d, %v, %s", code, err, stderr)
	}
	var s seen
	if err := json.Unmarshal([]byte(stdout), &s); err != nil {
		t.Fatalf("%v: %q", err, stdout)
	}
	return s
}

func TestRunDefaults(t *testing.T) {
	// A descriptor that is open and not closed on exec, as a shell leaves them.
	if fd, err := syscall.Open("/", syscall.O_RDONLY, 0); err == nil {
		defer syscall.Close(fd)
	}
	s := lookIn(t, image(t), Spec{})
	host, _ := os.Hostname()
	if s.UID != 0 || s.GID != 0 || s.PID == 1 || s.PID > 100 || s.Dir != "/" || s.Hostname != host {
		t.Errorf("got %+v", s)
	}
	if want := []string{"PATH=" + DefaultPath, "HOME=/"}; !reflect.DeepEqual(s.Env, want) {
		t.Errorf("env %q", s.Env)
	}
	for _, want := range []string{"bin", "dev", "proc", "sys", "tmp"} {
		if !slices.Contains(s.Root, want) {
			t.Errorf("no /%s in %q", want, s.Root)
		}
	}
	for _, want := range []string{"fd", "full", "mqueue", "null", "random", "shm", "stderr", "stdin", "stdout", "urandom", "zero"} {
		if !slices.Contains(s.Dev, want) {
			t.Errorf("no /dev/%s in %q", want, s.Dev)
		}
	}
	if s.Null != "good" {
		t.Errorf("devices: %s", s.Null)
	}
	if len(s.FDs) > 0 {
		t.Errorf("the command inherited %q", s.FDs)
	}
	if s.Mounts["/"] == "" || !strings.HasPrefix(s.Mounts["/proc/sys"], "ro,") {
		t.Errorf("mounts %v", s.Mounts)
	}
	for point := range s.Mounts {
		if point != "/" && !slices.Contains([]string{"proc", "dev", "sys"}, strings.Split(point, "/")[1]) {
			t.Errorf("%s is mounted", point)
		}
	}
	if options, ok := s.Mounts["/sys"]; ok && !strings.HasPrefix(options, "ro,") {
		t.Errorf("/sys is mounted %s", options)
	}
	if s.Caps != "00000000a00425fb" {
		t.Errorf("capabilities %s, want Docker's default without CAP_MKNOD", s.Caps)
	}
}

func TestRunSpec(t *testing.T) {
	root := image(t, dir("/", 0o555), dir("tmp", 0o755), dir("home/me", 0o700), file("etc/passwd", "root:x:0:0::/root:/bin/sh\nme:x:0:0::/home/me:\n"))
	s := lookIn(t, root, Spec{
		Args: []string{"program", "look", "a b", "caf\xe9"}, Env: []string{"PATH=/nothing:/bin", "X=caf\xe9", "EMPTY="},
		WorkingDir: "/new/dir", Hostname: "box", PrivateNetwork: true, User: "me",
	})
	if want := []string{"look", "a b", "caf\ufffd"}; !reflect.DeepEqual(s.Args, want) { // JSON of the program's own
		t.Errorf("args %q", s.Args)
	}
	if want := []string{"PATH=/nothing:/bin", "X=caf\ufffd", "EMPTY=", "HOME=/home/me", "HOSTNAME=box"}; !reflect.DeepEqual(s.Env, want) {
		t.Errorf("env %q", s.Env)
	}
	if s.Dir != "/new/dir" || s.Hostname != "box" || !reflect.DeepEqual(s.Interfaces, []string{"lo"}) {
		t.Errorf("got %+v", s)
	}
}

func TestRunUser(t *testing.T) {
	root := image(t,
		file("etc/passwd", "root:x:0:0::/root:/bin/sh\nweb:x:1000:100:Web:/srv:/bin/sh\n"),
		file("etc/group", "root:x:0:\nusers:x:100:\nextra:x:200:web,other\n"))
	everyone := canSetOwners()
	for _, test := range []struct {
		user     string
		uid, gid int
		home     string
		groups   []int
	}{
		{"", 0, 0, "/root", nil},
		{"0", 0, 0, "/root", nil},
		{"web", 1000, 100, "/srv", []int{200}},
		{"1000", 1000, 100, "/srv", []int{200}},
		{"web:extra", 1000, 200, "/srv", nil},
		{"4711", 4711, 0, "/", nil},
		{"4711:4712", 4711, 4712, "/", nil},
		{"0:100", 0, 100, "/root", nil},
	} {
		t.Run(test.user, func(t *testing.T) {
			s := lookIn(t, root, Spec{User: test.user})
			if s.UID != test.uid || s.GID != test.gid || !slices.Contains(s.Env, "HOME="+test.home) || s.Null != "good" {
				t.Errorf("got %d:%d, %q, devices %s", s.UID, s.GID, s.Env, s.Null)
			}
			if everyone && !slices.Equal(s.Groups, test.groups) && !slices.Equal(s.Groups, append(test.groups, test.gid)) {
				t.Errorf("groups %v, want %v", s.Groups, test.groups)
			}
			if s.UID != 0 && s.Caps != "0000000000000000" {
				t.Errorf("capabilities %s", s.Caps)
			}
		})
	}
	for user, want := range map[string]string{"nobody": `user "nobody" is not in the image's /etc/passwd`, "web:none": `group "none" is not in the image's /etc/group`} {
		_, _, code, err := runIn(t, root, Spec{Args: []string{"program", "look"}, User: user})
		wantError(t, err, want)
		if code != ExitNotStarted {
			t.Errorf("exit code %d", code)
		}
	}
}

func TestRunKeepsTheHostsFilesAway(t *testing.T) {
	root := image(t, link("etc", "/"), dir("bin2", 0o755))
	outside := t.TempDir() + "/secret"
	if err := os.WriteFile(outside, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	stdout, _, code, err := runIn(t, root, Spec{Args: []string{"program", "write", outside, "/inside", "/proc/sys/kernel/hostname", "/sys/x", "/proc/sysrq-trigger"}})
	if code != 0 || err != nil {
		t.Fatal(code, err)
	}
	if lines := strings.Count(stdout, "\n"); lines != 4 {
		t.Errorf("got %q", stdout)
	}
	if data, err := os.ReadFile(outside); err != nil || string(data) != "mine" {
		t.Errorf("the host's file has %q, %v", data, err)
	}
	if data, err := os.ReadFile(root + "/inside"); err != nil || string(data) != "written" {
		t.Errorf("the image's file has %q, %v", data, err)
	}
}

func TestRunExitCodes(t *testing.T) {
	root := image(t)
	for _, test := range []struct {
		args []string
		want int
	}{
		{[]string{"program", "exit", "0"}, 0},
		{[]string{"/bin/program", "exit", "42"}, 42},
		{[]string{"bin/program", "exit", "255"}, 255},
		{[]string{"program", "kill", "9"}, 137},
		{[]string{"program", "kill", "15"}, 143},
	} {
		if _, _, code, err := runIn(t, root, Spec{Args: test.args}); code != test.want || err != nil {
			t.Errorf("%q: got %d, %v", test.args, code, err)
		}
	}
}

func TestRunStreams(t *testing.T) {
	root := image(t)
	stdout, stderr, code, err := runIn(t, root, Spec{Args: []string{"program", "cat"}, Stdin: strings.NewReader("input")})
	if stdout != "input" || stderr != "to stderr" || code != 0 || err != nil {
		t.Errorf("got %q, %q, %d, %v", stdout, stderr, code, err)
	}
	if stdout, _, _, err := runIn(t, root, Spec{Args: []string{"program", "cat"}}); stdout != "" || err != nil {
		t.Errorf("without input: %q, %v", stdout, err)
	}
	// An input that never ends does not hold up the end.
	r, w := io.Pipe()
	defer w.Close()
	if _, _, code, err := runIn(t, root, Spec{Args: []string{"program", "exit", "3"}, Stdin: r}); code != 3 || err != nil {
		t.Errorf("with endless input: %d, %v", code, err)
	}
	in, out := pipe(t), pipe(t)
	go func() {
		_, _ = io.WriteString(in.w, "through files")
		_ = in.w.Close()
	}()
	if code, err := Run(background, root, Spec{Args: []string{"program", "cat"}, Stdin: in.r, Stdout: out.w}); code != 0 || err != nil {
		t.Errorf("got %d, %v", code, err)
	}
	_ = out.w.Close()
	if data, _ := io.ReadAll(out.r); string(data) != "through files" {
		t.Errorf("got %q", data)
	}
}

type ends struct{ r, w *os.File }

func pipe(t *testing.T) ends {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	return ends{r, w}
}

func TestRunEndsOrphans(t *testing.T) {
	start := time.Now()
	if _, _, code, err := runIn(t, image(t), Spec{Args: []string{"program", "orphan", "2"}}); code != 0 || err != nil {
		t.Errorf("got %d, %v", code, err)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("took %v: the orphan was not ended", took)
	}
}

// waiting is a program that runs and waits for a signal.
func waiting(t *testing.T) (stdout *os.File, spec Spec) {
	t.Helper()
	out := pipe(t)
	return out.r, Spec{Args: []string{"program", "wait"}, Stdout: out.w}
}

func awaitReady(stdout io.Reader) *bufio.Reader {
	r := bufio.NewReader(stdout)
	_, _ = r.ReadString('\n')
	return r
}

func TestRunForwardsSignals(t *testing.T) {
	root := image(t)
	for _, test := range []struct {
		name string
		send func(chan<- os.Signal)
	}{
		{"given", func(c chan<- os.Signal) { c <- syscall.SIGTERM }},
		{"this process's own", func(chan<- os.Signal) { _ = syscall.Kill(os.Getpid(), syscall.SIGTERM) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			stdout, spec := waiting(t)
			signals := make(chan os.Signal, 1)
			if test.name == "given" {
				spec.Signals = signals
			}
			got := make(chan string, 1)
			go func() {
				r := awaitReady(stdout)
				test.send(signals)
				line, _ := r.ReadString('\n')
				got <- line
			}()
			if code, err := Run(background, root, spec); code != 7 || err != nil {
				t.Errorf("got %d, %v", code, err)
			}
			if line := <-got; line != "terminated\n" {
				t.Errorf("the command got %q", line)
			}
		})
	}
}

func TestRunCancelled(t *testing.T) {
	root := image(t)
	stdout, spec := waiting(t)
	ctx, cancel := context.WithCancel(background)
	go func() {
		awaitReady(stdout)
		cancel()
	}()
	if code, err := Run(ctx, root, spec); code != ExitNotStarted || !errors.Is(err, context.Canceled) {
		t.Errorf("got %d, %v", code, err)
	}
	if code, err := Run(ctx, root, Spec{Args: []string{"program", "exit", "0"}}); code != ExitNotStarted || !errors.Is(err, context.Canceled) {
		t.Errorf("a second time: %d, %v", code, err)
	}
}

func TestRunOutputFails(t *testing.T) {
	full := errors.New("disk full")
	_, err := Run(background, image(t), Spec{Args: []string{"program", "look"}, Stdout: &failingWriter{full}})
	if !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

type failingWriter struct{ err error }

func (f *failingWriter) Write([]byte) (int, error) { return 0, f.err }

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

// TestRunDiesWithItsParent runs this test program again, which runs a command,
// kills it, and looks for what is left of the command.
func TestRunDiesWithItsParent(t *testing.T) {
	root := image(t)
	if os.Getenv("STRATA_TEST_PARENT") != "" {
		_, _ = Run(background, os.Getenv("STRATA_TEST_PARENT"), Spec{Args: []string{"program", "wait"}, Stdout: os.Stdout})
		return
	}
	out := pipe(t)
	parent := exec.Command("/proc/self/exe", "-test.run=^TestRunDiesWithItsParent$")
	parent.Env = append(os.Environ(), "STRATA_TEST_PARENT="+root)
	parent.Stdout = out.w
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	_ = out.w.Close()
	r := awaitReady(out.r)
	_ = parent.Process.Kill()
	_ = parent.Wait()
	// The command holds the pipe's other end as long as it lives.
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, r)
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Error("the command outlived its parent")
	}
}

// TestAsAnotherUser runs these tests as a user without privileges, if this is
// root.
func TestAsAnotherUser(t *testing.T) {
	const nobody = 65534
	if !canSetOwners() {
		t.Skip("needs root: it runs the other tests as another user")
	}
	image(t)
	dir, err := os.MkdirTemp("", "rootfs")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "rootfs.test")
	if err := errors.Join(os.Chown(dir, nobody, nobody), os.WriteFile(program, self, 0o755)); err != nil {
		t.Fatal(err)
	}
	tests := exec.Command(program, "-test.run=^Test(Run|Unpack|RemoveAll)", "-test.v")
	tests.Dir = dir
	tests.Env = []string{"TMPDIR=" + dir, "PATH=" + os.Getenv("PATH")}
	tests.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := tests.CombinedOutput()
	skipped := strings.Count(string(out), "--- SKIP")
	t.Logf("%d passed, %d skipped", strings.Count(string(out), "--- PASS"), skipped)
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if skipped > 0 {
		t.Logf("%s", out)
	}
}

// TestRunNested runs these tests in a container that Run made. It hides parts
// of /proc, so that the kernel gives the inner ones no fresh one.
func TestRunNested(t *testing.T) {
	if os.Getenv("STRATA_TEST_NESTED") != "" {
		t.Skip("runs already in a container")
	}
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code, err := runIn(t, image(t, executable("bin/tests", string(self))), Spec{
		Args: []string{"tests", "-test.run=^TestRun", "-test.v"},
		Env:  []string{"STRATA_TEST_NESTED=1"},
	})
	t.Logf("%d passed, %d skipped", strings.Count(stdout, "--- PASS"), strings.Count(stdout, "--- SKIP"))
	if code != 0 || err != nil {
		t.Errorf("got %d, %v\n%s%s", code, err, stdout, stderr)
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
