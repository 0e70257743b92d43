package rootfs

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestMakeReadOnly runs again in a namespace in which it may mount.
func TestMakeReadOnly(t *testing.T) {
	if os.Getenv("STRATA_TEST_MOUNTS") == "" {
		again := exec.Command("/proc/self/exe", "-test.run=^TestMakeReadOnly$", "-test.v")
		again.Env = append(os.Environ(), "STRATA_TEST_MOUNTS=1")
		again.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
			UidMappings: []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}},
		}
		out, err := again.CombinedOutput()
		if err != nil && len(out) == 0 && refusal(err) {
			t.Skipf("this machine does not allow what the test needs: %v", err)
		}
		if err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	for name, readOnly := range map[string]func(string) error{"mount_setattr": MakeReadOnly, "remount": remountReadOnly} {
		t.Run(name, func(t *testing.T) {
			above := t.TempDir()
			below := filepath.Join(above, "a b")
			for _, dir := range []string{above, below} {
				if err := errors.Join(os.MkdirAll(dir, 0o755), mount("tmpfs", dir, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, "")); err != nil {
					t.Skipf("this machine does not allow what the test needs: %v", err)
				}
			}
			if err := readOnly(above); err != nil {
				t.Fatal(err)
			}
			for _, dir := range []string{above, below} {
				if err := os.WriteFile(dir+"/x", nil, 0o644); !errors.Is(err, syscall.EROFS) {
					t.Errorf("write to %s: %v", dir, err)
				}
			}
			_ = syscall.Unmount(above, syscall.MNT_DETACH)
		})
	}
}
