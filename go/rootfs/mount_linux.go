package rootfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// makeContainer turns the namespaces that this process was started in into a
// container whose root is the command's folder.
func makeContainer(c *command) error {
	// Nothing that is mounted from here on shows outside.
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return &failure{exitCode: ExitNotStarted, forbidden: refusal(err), err: fmt.Errorf("mount in a new namespace: %w", err)}
	}
	root := string(c.Dir)
	if err := mount(root, root, "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
		return err
	}
	if err := makeMountPoints(root); err != nil {
		return err
	}
	for _, step := range []func(root string) error{mountProc, mountSys, mountDev, pivot} {
		if err := step(root); err != nil {
			return err
		}
	}
	if c.Hostname != "" {
		if err := syscall.Sethostname([]byte(c.Hostname)); err != nil {
			return fmt.Errorf("set the host name %q: %w", c.Hostname, err)
		}
	}
	if c.PrivateNetwork {
		return StartLoopback()
	}
	return nil
}

func mount(source, target, fstype string, flags uintptr, data string) error {
	if err := syscall.Mount(source, target, fstype, flags, data); err != nil {
		what := source
		if fstype != "" {
			what = fstype
		}
		return fmt.Errorf("mount %s at %s: %w", what, target, err)
	}
	return nil
}

// makeMountPoints makes the folders that every container has. They lie directly
// in the root, and none may be a symlink, which would lead out of it.
func makeMountPoints(root string) error {
	for _, name := range []string{"proc", "sys", "dev"} {
		path := filepath.Join(root, name)
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			if err := os.Mkdir(path, 0o755); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return fmt.Errorf("the image has something other than a directory at /%s, where a container needs one", name)
		}
	}
	tmp := filepath.Join(root, "tmp")
	if _, err := os.Lstat(tmp); !errors.Is(err, fs.ErrNotExist) {
		return err // the image's own, whatever it is
	}
	if err := os.Mkdir(tmp, 0o777); err != nil {
		return err
	}
	return os.Chmod(tmp, 0o777|fs.ModeSticky)
}

// What Docker hides of /proc, and what it makes read-only: the settings and
// the memory of the whole machine.
var (
	hiddenInProc   = []string{"acpi", "asound", "interrupts", "kcore", "keys", "latency_stats", "scsi", "sched_debug", "timer_list", "timer_stats"}
	readOnlyInProc = []string{"bus", "fs", "irq", "sys", "sysrq-trigger"}
)

func mountProc(root string) error {
	proc := filepath.Join(root, "proc")
	const flags = syscall.MS_NOSUID | syscall.MS_NODEV | syscall.MS_NOEXEC
	if err := syscall.Mount("proc", proc, "proc", flags, ""); err != nil {
		// Inside a sandbox that hides parts of /proc the kernel gives no fresh
		// one. The sandbox's own shows other processes, but can be used.
		if bindErr := mount("/proc", proc, "", syscall.MS_BIND|syscall.MS_REC, ""); bindErr != nil {
			return errors.Join(fmt.Errorf("mount proc: %w", err), bindErr)
		}
	}
	return coverProc(proc)
}

// coverProc hides and protects what Docker does.
func coverProc(proc string) error {
	for _, name := range hiddenInProc {
		if err := hide(filepath.Join(proc, name)); err != nil {
			return err
		}
	}
	for _, name := range readOnlyInProc {
		path := filepath.Join(proc, name)
		if _, err := os.Lstat(path); err != nil {
			continue
		}
		if err := mount(path, path, "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
			return err
		}
		if err := MakeReadOnly(path); err != nil {
			return err
		}
	}
	return nil
}

// hide puts something empty over a path, if there is one.
func hide(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return nil
	}
	if info.IsDir() {
		return mount("tmpfs", path, "tmpfs", syscall.MS_RDONLY, "")
	}
	return bindReadOnly("/dev/null", path)
}

// mountSys shows the host's /sys, read-only. Some sandboxes do not let it be
// mounted; then it stays empty.
func mountSys(root string) error {
	sys := filepath.Join(root, "sys")
	if syscall.Mount("/sys", sys, "", syscall.MS_BIND|syscall.MS_REC, "") != nil {
		return nil
	}
	if MakeReadOnly(sys) != nil {
		return syscall.Unmount(sys, syscall.MNT_DETACH)
	}
	return nil
}

// pivot makes root the root of all paths and lets go of the old one.
func pivot(root string) error {
	if err := os.Chdir(root); err != nil {
		return err
	}
	// With the same folder twice, the old root ends up on top of the new one.
	if err := syscall.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("make %s the root folder: pivot_root: %w (the kernel refuses it in a chroot and on an initramfs)", root, err)
	}
	if err := syscall.Unmount(".", syscall.MNT_DETACH); err != nil {
		return fmt.Errorf("let go of the old root folder: %w", err)
	}
	return os.Chdir("/")
}
