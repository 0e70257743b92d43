package rootfs

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestRunDiesWithItsParent runs this test program again, which runs a command,
// kills it, and looks for what is left of the command.
func TestRunDiesWithItsParent(t *testing.T) {
	if root := os.Getenv("STRATA_TEST_PARENT"); root != "" {
		_, _ = Run(background, root, Spec{Args: []string{"program", "wait"}, Stdout: os.Stdout})
		return
	}
	root := image(t)
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
	tests := exec.Command(program, "-test.run=^Test(Run|Unpack|RemoveAll|MakeReadOnly)", "-test.v")
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
