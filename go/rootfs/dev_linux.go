package rootfs

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// mountDev makes a /dev like Docker's: a tmpfs with the host's harmless device
// nodes, pseudo-terminals of its own and shared memory.
func mountDev(root string) error {
	dev := filepath.Join(root, "dev")
	if err := mount("tmpfs", dev, "tmpfs", syscall.MS_NOSUID|syscall.MS_STRICTATIME, "mode=755,size=65536k"); err != nil {
		return err
	}
	for _, name := range []string{"null", "zero", "full", "random", "urandom", "tty"} {
		if err := bindDevice("/dev/"+name, filepath.Join(dev, name)); err != nil {
			return err
		}
	}
	if err := mountMemory(dev); err != nil {
		return err
	}
	if err := mountTerminals(dev); err != nil {
		return err
	}
	for name, target := range map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
	} {
		if err := os.Symlink(target, filepath.Join(dev, name)); err != nil {
			return err
		}
	}
	return nil
}

// bindDevice shows a device node of the host, if it has it: only the host's
// root can make one. It can be read and written, but its mode, owner and times
// are the host's.
func bindDevice(source, target string) error {
	info, err := os.Stat(source)
	if err != nil || info.Mode()&fs.ModeCharDevice == 0 {
		return nil
	}
	if err := os.WriteFile(target, nil, 0o666); err != nil {
		return err
	}
	return bindReadOnly(source, target)
}

// bindReadOnly shows a file at another place. Device nodes there can be read
// and written, but not changed.
func bindReadOnly(source, target string) error {
	if err := mount(source, target, "", syscall.MS_BIND, ""); err != nil {
		return err
	}
	return MakeReadOnly(target)
}

func mountMemory(dev string) error {
	shm := filepath.Join(dev, "shm")
	if err := os.Mkdir(shm, 0o755); err != nil {
		return err
	}
	const flags = syscall.MS_NOSUID | syscall.MS_NODEV | syscall.MS_NOEXEC
	if err := mount("shm", shm, "tmpfs", flags, "mode=1777,size=65536k"); err != nil {
		return err
	}
	mqueue := filepath.Join(dev, "mqueue")
	if err := os.Mkdir(mqueue, 0o755); err != nil {
		return err
	}
	// Kernels may come without message queues.
	_ = syscall.Mount("mqueue", mqueue, "mqueue", flags, "")
	return nil
}

// mountTerminals gives the container pseudo-terminals of its own. Where the
// kernel refuses them, it has none.
func mountTerminals(dev string) error {
	pts := filepath.Join(dev, "pts")
	if err := os.Mkdir(pts, 0o755); err != nil {
		return err
	}
	const options = "newinstance,ptmxmode=0666,mode=0620"
	const flags = syscall.MS_NOSUID | syscall.MS_NOEXEC
	// 5 is the group "tty", which need not exist in a user namespace.
	if syscall.Mount("devpts", pts, "devpts", flags, options+",gid=5") != nil &&
		syscall.Mount("devpts", pts, "devpts", flags, options) != nil {
		return nil
	}
	return os.Symlink("pts/ptmx", filepath.Join(dev, "ptmx"))
}
