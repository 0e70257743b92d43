//go:build linux && (amd64 || arm64)

package fakeroot

import "golang.org/x/sys/unix"

// overflowID is the owner that the kernel shows of files whose real one the
// namespace does not know: the device nodes of the host, mostly.
const overflowID = 65534

// status is stat(2) as root sees it, without what Inodes know.
func (s *Supervisor) status(l location) (unix.Stat_t, error) {
	var st unix.Stat_t
	if err := unix.Fstatat(l.dir, l.name, &st, l.flags); err != nil {
		return st, s.absent(l, err)
	}
	return st, nil
}

// onTree says whether a file is on the tmpfs.
func (s *Supervisor) onTree(st *unix.Stat_t) bool { return uint64(st.Dev) == s.inodes.device }

func (s *Supervisor) stat(c *call, p place, buffer uint64) answer {
	l, err := s.locate(c, p)
	if err != nil {
		return result(err)
	}
	st, err := s.status(l)
	if err != nil {
		return result(err)
	}
	if !s.onTree(&st) {
		st.Uid, st.Gid = known(st.Uid), known(st.Gid)
	} else if a := s.inodes.Get(st.Ino); a != nil {
		st.Uid, st.Gid = a.UID, a.GID
		if a.Type != 0 {
			st.Mode = st.Mode&^unix.S_IFMT | a.Type
			st.Rdev, st.Size, st.Blocks = a.Device, 0, 0
		}
	}
	return result(c.write(buffer, bytesOf(&st)))
}

func (s *Supervisor) statx(c *call) answer {
	l, err := s.locate(c, c.path(0, 1, 2))
	if err != nil {
		return result(err)
	}
	const needed = unix.STATX_TYPE | unix.STATX_MODE | unix.STATX_INO | unix.STATX_UID | unix.STATX_GID
	var st unix.Statx_t
	if err := unix.Statx(l.dir, l.name, l.flags, int(uint32(c.args[3])|needed), &st); err != nil {
		return result(s.absent(l, err))
	}
	if unix.Mkdev(st.Dev_major, st.Dev_minor) != s.inodes.device {
		st.Uid, st.Gid = known(st.Uid), known(st.Gid)
	} else if a := s.inodes.Get(st.Ino); a != nil {
		st.Uid, st.Gid = a.UID, a.GID
		if a.Type != 0 {
			st.Mode = st.Mode&^unix.S_IFMT | uint16(a.Type)
			st.Rdev_major, st.Rdev_minor = unix.Major(a.Device), unix.Minor(a.Device)
			st.Size, st.Blocks = 0, 0
		}
	}
	return result(c.write(c.args[4], bytesOf(&st)))
}

// known makes an owner that the namespace does not know root.
func known(id uint32) uint32 {
	if id == overflowID {
		return 0
	}
	return id
}
