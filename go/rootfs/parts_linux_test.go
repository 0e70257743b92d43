package rootfs

import (
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestEnvironment(t *testing.T) {
	for _, test := range []struct {
		name, hostname string
		env, want      []string
	}{
		{"nothing", "", nil, []string{"PATH=" + DefaultPath, "HOME=/home/me"}},
		{"a host name", "box", []string{"A=1"}, []string{"A=1", "PATH=" + DefaultPath, "HOME=/home/me", "HOSTNAME=box"}},
		{"all there", "box", []string{"HOME=", "PATH=/x", "HOSTNAME=h"}, []string{"HOME=", "PATH=/x", "HOSTNAME=h"}},
		{"similar names", "", []string{"PATHS=1", "HOMEX=2"}, []string{"PATHS=1", "HOMEX=2", "PATH=" + DefaultPath, "HOME=/home/me"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := environment(test.env, "/home/me", test.hostname); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestReadReport(t *testing.T) {
	for _, test := range []struct {
		in        string
		code      int
		forbidden bool
		want      string
	}{
		{`{"Started":true}`, 0, false, ""},
		{`{"Message":"command x is not there","ExitCode":127}`, 127, false, "command x is not there"},
		{`{"Message":"mount","ExitCode":125,"Forbidden":true}`, 125, true, "mount"},
		{``, 125, false, "ended before the command started"},
		{`{"Mess`, 125, false, "ended before the command started"},
	} {
		err := readReport(strings.NewReader(test.in))
		if test.want == "" {
			if err != nil {
				t.Errorf("%s: %v", test.in, err)
			}
			continue
		}
		var f *failure
		if !errors.As(err, &f) || f.exitCode != test.code || f.forbidden != test.forbidden || !strings.Contains(f.Error(), test.want) {
			t.Errorf("%s: got %#v", test.in, err)
		}
	}
	want := report{Message: "no", ExitCode: 126, Forbidden: true}
	if got := reportOf(&failure{exitCode: 126, forbidden: true, err: errors.New("no")}); got != want {
		t.Errorf("got %+v", got)
	}
	want = report{Message: "EOF", ExitCode: ExitNotStarted}
	if got := reportOf(io.EOF); got != want {
		t.Errorf("got %+v", got)
	}
}

func TestMountsBelow(t *testing.T) {
	const mountinfo = `22 27 0:21 / /proc rw,relatime - proc proc rw
23 27 0:22 / /sys rw,relatime - sysfs sysfs rw
31 23 0:29 / /sys/fs/a\040b\134c rw,relatime - tmpfs tmpfs rw
32 27 0:30 / /system rw,relatime - tmpfs tmpfs rw
`
	got, err := mountsBelow(strings.NewReader(mountinfo), "/sys")
	if want := []string{"/sys", `/sys/fs/a b\c`}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
	_, err = mountsBelow(strings.NewReader("1 2 3\n"), "/sys")
	wantError(t, err, `"1 2 3"`)
	if got := keptFlags(unix.ST_NOSUID | unix.ST_RELATIME | unix.ST_RDONLY); got != unix.MS_NOSUID|unix.MS_RELATIME {
		t.Errorf("flags %#x", got)
	}
}

func TestRefusals(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.EPERM, syscall.ENOSPC, syscall.EINVAL} {
		if !refusal(os.NewSyscallError("clone", errno)) {
			t.Errorf("%v is no refusal", errno)
		}
	}
	if refusal(os.NewSyscallError("clone", syscall.EMFILE)) || namespaceLimit(syscall.EACCES) {
		t.Error("every error is a refusal")
	}
}

func TestRunWithoutInit(t *testing.T) {
	initCalled.Store(false)
	defer initCalled.Store(true)
	code, err := Run(background, t.TempDir(), Spec{Args: []string{"x"}})
	wantError(t, err, "did not call rootfs.Init")
	if code != ExitNotStarted {
		t.Errorf("exit code %d", code)
	}
}

func TestUnavailableError(t *testing.T) {
	cause := errors.New("fork: no")
	err := error(&UnavailableError{Reason: whyForbidden(), Err: cause})
	wantError(t, err, "user.max_user_namespaces", "kernel.unprivileged_userns_clone", "kernel.apparmor_restrict_unprivileged_userns",
		"fork: no", "Docker", "`-- stream`")
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
	if err := checkProc(); err != nil && os.Getenv("STRATA_TEST_NESTED") == "" {
		t.Error(err)
	}
}

func TestExplainExec(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		if err := os.WriteFile(dir+"/"+name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return dir + "/" + name
	}
	for _, test := range []struct {
		name, path string
		err        syscall.Errno
		code       int
		want       []string
	}{
		{"interpreter", write("script", "#! /bin/x -e\n"), syscall.ENOENT, 127, []string{"interpreter /bin/x is not in the image"}},
		{"interpreter without a line break", write("short", "#!/bin/x"), syscall.ENOENT, 127, []string{"interpreter /bin/x"}},
		{"no interpreter", write("none", "#!\n"), syscall.ENOENT, 127, []string{"no such file"}},
		{"it went away", dir + "/absent", syscall.ENOENT, 127, []string{"no such file"}},
		{"interpreter may not be executed", write("denied", "#!/bin/x\n"), syscall.EACCES, 126, []string{"as user 7:8", "permission denied", "its interpreter /bin/x"}},
		{"ELF of this machine", "/proc/self/exe", syscall.ENOEXEC, 126, []string{"does not run this ELF file"}},
		{"something else", write("big", ""), syscall.E2BIG, 126, []string{"argument list too long"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := explainExec(test.path, identity{uid: 7, gid: 8}, test.err)
			wantError(t, err, append(test.want, test.path)...)
			var f *failure
			if !errors.As(err, &f) || f.exitCode != test.code || !errors.Is(err, test.err) {
				t.Errorf("got %#v", err)
			}
		})
	}
}
