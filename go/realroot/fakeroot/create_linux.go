//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// owner is who a new file belongs to: the process, but the group of a directory
// with the setgid bit is that of all that is made in it.
func (s *Supervisor) owner(c *call, dir location) (a Attributes, onTree bool, err error) {
	st, err := s.status(dir)
	if err != nil {
		return a, false, err
	}
	who := s.credentials(c)
	a.UID, a.GID = who.user.fs, who.group.fs
	if st.Mode&unix.S_ISGID != 0 {
		a.GID = s.inodes.of(st.Ino).GID
	}
	return a, s.onTree(&st), nil
}

// create makes a file by the given function and gives it its owner. The kernel
// makes those of root by itself.
func (s *Supervisor) create(c *call, p place, make func(location) error) answer {
	l, err := s.locate(c, p)
	if err != nil {
		return result(err)
	}
	a, onTree, err := s.owner(c, l.parent())
	if err != nil {
		return result(err)
	}
	if !onTree || a.Equal(nil) {
		return toKernel
	}
	return result(s.made(c, l, a, make))
}

// made makes a file with the process's umask and keeps its attributes.
func (s *Supervisor) made(c *call, l location, a Attributes, make func(location) error) error {
	if err := s.takeUmask(c.tid); err != nil {
		return err
	}
	if err := make(l); err != nil {
		return s.absent(l, err)
	}
	l.name = strings.TrimRight(l.name, "/")
	st, err := s.status(l)
	if err != nil {
		return err
	}
	s.inodes.Put(st.Ino, a)
	return nil
}

func (s *Supervisor) mkdir(c *call, p place, mode uint32) answer {
	return s.create(c, p, func(l location) error { return unix.Mkdirat(l.dir, l.name, mode) })
}

func (s *Supervisor) symlink(c *call, target uint64, p place) answer {
	text, err := c.readString(target, unix.PathMax, unix.ENAMETOOLONG)
	if err != nil {
		return result(err)
	}
	return s.create(c, p, func(l location) error { return unix.Symlinkat(text, l.dir, l.name) })
}

// mknod makes an empty file for a device node.
func (s *Supervisor) mknod(c *call, p place, mode uint32, device uint64) answer {
	kind := mode & unix.S_IFMT
	if kind != unix.S_IFCHR && kind != unix.S_IFBLK {
		return s.create(c, p, func(l location) error { return unix.Mknodat(l.dir, l.name, mode, 0) })
	}
	if !s.credentials(c).privileged() {
		return result(unix.EPERM)
	}
	l, err := s.locate(c, p)
	if err != nil {
		return result(err)
	}
	a, onTree, err := s.owner(c, l.parent())
	if err != nil {
		return result(err)
	}
	if !onTree {
		return toKernel
	}
	a.Type, a.Device = kind, device&(1<<32-1)
	return result(s.made(c, l, a, func(l location) error {
		return unix.Mknodat(l.dir, l.name, unix.S_IFREG|mode&0o7777, 0)
	}))
}

// takeUmask gives this thread the umask of a process.
func (s *Supervisor) takeUmask(tid int) error {
	status, err := s.readProc(strconv.Itoa(tid) + "/status")
	if err != nil {
		return err
	}
	for line := range strings.Lines(status) {
		if text, ok := strings.CutPrefix(line, "Umask:"); ok {
			mask, err := strconv.ParseUint(strings.TrimSpace(text), 8, 12)
			if err != nil {
				return fmt.Errorf("umask of process %d: %w", tid, err)
			}
			unix.Umask(int(mask))
			return nil
		}
	}
	return unix.ENOSYS
}

// readProc reads the beginning of a file of /proc.
func (s *Supervisor) readProc(name string) (string, error) {
	fd, err := unix.Openat(s.proc, name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	buffer := make([]byte, 1024)
	n, err := unix.Read(fd, buffer)
	if err != nil {
		return "", err
	}
	return string(buffer[:n]), nil
}
