package rootfs

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
)

// EnterRoot makes the folder root, a mount point with the directories proc,
// sys and dev, the root of this process, which must be the first of its process
// namespace and alone in its mount namespace. It mounts a fresh /proc, a
// read-only /sys and a /dev like Docker's, and lets go of the old root.
func EnterRoot(root string) error {
	proc := filepath.Join(root, "proc")
	const flags = syscall.MS_NOSUID | syscall.MS_NODEV | syscall.MS_NOEXEC
	if err := mount("proc", proc, "proc", flags, ""); err != nil {
		return fmt.Errorf("%w (the container around this program hides parts of its /proc: "+
			"start it with Docker's --security-opt systempaths=unconfined, Podman's --security-opt unmask=ALL or Kubernetes' procMount: Unmasked)", err)
	}
	if err := coverProc(proc); err != nil {
		return err
	}
	for _, step := range []func(root string) error{mountSys, mountDev, pivot} {
		if err := step(root); err != nil {
			return err
		}
	}
	return nil
}

// Forbidden says whether an error of making namespaces, or of the first mount
// in them, is a refusal of the kernel or a sandbox, and what to look at then.
func Forbidden(err error) (reason string, forbidden bool) {
	if !refusal(err) {
		return "", false
	}
	return whyForbidden(), true
}

// CheckProc checks that /proc is there and is this process's own, without which
// no namespaces can be made. The error is the reason.
func CheckProc() error {
	err := checkProc()
	var unavailable *UnavailableError
	if !errors.As(err, &unavailable) {
		return err
	}
	if unavailable.Err != nil {
		return fmt.Errorf("%s: %w", unavailable.Reason, unavailable.Err)
	}
	return errors.New(unavailable.Reason)
}

// CloseOnExec keeps the descriptors that this process inherited, but for the
// standard streams, from the programs that it starts.
func CloseOnExec() { closeOnExec() }

// ExplainExec adds to an error of starting the program at path why the kernel
// did not: a missing interpreter, another architecture.
func ExplainExec(path string, err error) error { return explainExec(path, identity{}, err) }
