//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"golang.org/x/sys/unix"
)

// temporary is the flag with which open(2) makes a file without a name.
const temporary = unix.O_TMPFILE &^ unix.O_DIRECTORY

// open makes files that shall not belong to root; the kernel opens all others.
func (s *Supervisor) open(c *call, p place, flags, mode uint64) answer {
	l, err := s.locate(c, p)
	if err != nil {
		return result(err)
	}
	dir := l.parent()
	if flags&temporary != 0 {
		dir = l
	}
	a, onTree, err := s.owner(c, dir)
	if err != nil || !onTree || a.Equal(nil) {
		return toKernel // which knows the error
	}
	if flags&temporary == 0 {
		if flags&(unix.O_NOFOLLOW|unix.O_EXCL) != 0 {
			l.flags = unix.AT_SYMLINK_NOFOLLOW
		}
		if _, err := s.status(l); err != unix.ENOENT {
			return toKernel
		}
	}
	if err := s.takeUmask(c.tid); err != nil {
		return result(err)
	}
	// This thread must not wait for a named pipe that somebody made just now.
	fd, err := unix.Openat(l.dir, l.name, int(flags)|unix.O_CLOEXEC|unix.O_NOCTTY|unix.O_NONBLOCK, uint32(mode)&0o7777)
	if err != nil {
		return result(err)
	}
	defer unix.Close(fd)
	if flags&unix.O_NONBLOCK == 0 {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFL, int(flags)); err != nil {
			return result(err)
		}
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return result(err)
	}
	if s.onTree(&st) && st.Mode&unix.S_IFMT == unix.S_IFREG {
		s.inodes.Put(st.Ino, a)
	}
	n, err := c.listener.give(c.id, fd, flags&unix.O_CLOEXEC != 0)
	if err != nil {
		return result(err)
	}
	return answer{value: int64(n)}
}

// openat2 has its flags in memory.
func (s *Supervisor) openat2(c *call) answer {
	var how unix.OpenHow
	if c.args[3] < uint64(len(bytesOf(&how))) || c.read(c.args[2], bytesOf(&how)) != nil {
		return toKernel // which knows the error
	}
	if how.Flags&creating == 0 || how.Resolve != 0 {
		return toKernel
	}
	return s.open(c, c.openPath(0, 1), how.Flags, how.Mode)
}
