//go:build linux && (amd64 || arm64)

package realroot

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// nobody is a user without any rights.
const nobody = 65534

// testsIn runs tests again in a process that is started in another way.
func testsIn(t *testing.T, pattern string, how *syscall.SysProcAttr) {
	t.Helper()
	if os.Getenv("STRATA_TEST_ELSEWHERE") != "" {
		t.Skip("runs already elsewhere")
	}
	runBytesOrSkip(t)
	folder, err := os.MkdirTemp("", "realroot")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(folder, "realroot.test")
	if err := errors.Join(os.WriteFile(program, self, 0o755), os.Chmod(folder, 0o777)); err != nil {
		t.Fatal(err)
	}
	tests := exec.Command(program, "-test.run="+pattern, "-test.v")
	tests.Dir = folder
	tests.Env = []string{"TMPDIR=" + folder, "PATH=" + os.Getenv("PATH"), "STRATA_TEST_ELSEWHERE=1"}
	tests.SysProcAttr = how
	out, err := tests.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		t.Skipf("this machine does not allow what the test needs: %v", err)
	}
	skipped := strings.Count(string(out), "--- SKIP")
	t.Logf("%d passed, %d skipped", strings.Count(string(out), "--- PASS"), skipped)
	if err != nil || skipped > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}

const quickTests = "^Test(Scripts|Programs|Upper|Objects|Mapped|NothingOutside)$"

// TestAsAnotherUser runs tests as a user without privileges, if this is root.
func TestAsAnotherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: it runs the other tests as another user")
	}
	testsIn(t, quickTests, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}})
}

// TestWithOneID runs tests in a user namespace with one id, as Bazel's
// linux-sandbox has it.
func TestWithOneID(t *testing.T) {
	one := []syscall.SysProcIDMap{{ContainerID: 1000, HostID: os.Geteuid(), Size: 1}}
	groups := []syscall.SysProcIDMap{{ContainerID: 1000, HostID: os.Getegid(), Size: 1}}
	testsIn(t, quickTests, &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS, UidMappings: one, GidMappings: groups})
}

// TestOnOneProcessor runs a script where only one goroutine of the init process
// runs at a time: none may wait for another without saying so.
func TestOnOneProcessor(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		t.Fatal(err)
	}
	for cpu := 0; one.Count() == 0; cpu++ {
		if all.IsSet(cpu) {
			one.Set(cpu)
		}
	}
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.SchedSetaffinity(0, &all) }()
	check(t, Machine{Base: baseOf(t), Script: "chown 5 /srv; true | cat; stat -c %u /srv"}, "5\n", rootEntry, "5 0755 5:0 ./srv/")
}

// TestInAMachine tries it where it cannot work: a machine has no namespaces for
// another one.
func TestInAMachine(t *testing.T) {
	if os.Getenv("STRATA_TEST_INNER") != "" {
		err := Run(t.Context(), Machine{Name: "run_as_root", Script: "true"}, &bytes.Buffer{})
		var unavailable *UnavailableError
		if !errors.As(err, &unavailable) {
			t.Fatalf("got error %v", err)
		}
		t.Log(err)
		return
	}
	_, output, err := runBytes(t, Machine{Base: withProgram(t), Script: "cp /bin/program /bin/tests; STRATA_TEST_INNER=1 /bin/tests -test.run=^TestInAMachine$ -test.v"})
	if err != nil {
		t.Fatal(err, output)
	}
	for _, phrase := range []string{"run_as_root: real_root = True does not work here", "user.max_user_namespaces", "--strategy=RealRoot=local"} {
		if !strings.Contains(output, phrase) {
			t.Errorf("there is no %q in %s", phrase, output)
		}
	}
}
