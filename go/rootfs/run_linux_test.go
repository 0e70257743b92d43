package rootfs

import (
	"errors"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

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
	if stdout != "input" || !strings.HasPrefix(stderr, "to stderr") || code != 0 || err != nil {
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

func TestRunOutputFails(t *testing.T) {
	full := errors.New("disk full")
	_, err := Run(background, image(t), Spec{Args: []string{"program", "look"}, Stdout: &failingWriter{full}})
	if !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

type failingWriter struct{ err error }

func (f *failingWriter) Write([]byte) (int, error) { return 0, f.err }
