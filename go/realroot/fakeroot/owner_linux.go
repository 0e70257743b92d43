//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"golang.org/x/sys/unix"
)

// same is the id that means that the owner stays.
const same = 1<<32 - 1

// capability is the attribute of a program's capabilities, which go when its
// owner changes.
const capability = "security.capability"

func (s *Supervisor) chown(c *call, p place, user, group uint64) answer {
	uid, gid := uint32(user), uint32(group)
	l, err := s.locate(c, p)
	if err != nil {
		return result(err)
	}
	st, err := s.status(l)
	if err != nil {
		return result(err)
	}
	if s.hostDevice(&st) {
		return done
	}
	if !s.onTree(&st) || s.elsewhere(l) {
		// The kernel knows whether files are read-only.
		return result(unix.Fchownat(l.dir, l.name, -1, -1, l.flags))
	}
	a := s.inodes.of(st.Ino)
	if !s.credentials(c).mayChown(&a, uid, gid) {
		return result(unix.EPERM)
	}
	if uid != same {
		a.UID = uid
	}
	if gid != same {
		a.GID = gid
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		if err := dropPrivilege(l, &st, &a); err != nil {
			return result(err)
		}
	}
	s.inodes.Put(st.Ino, a)
	return done
}

// dropPrivilege does what the kernel does to programs when their owner
// changes, see chown(2).
func dropPrivilege(l location, st *unix.Stat_t, a *Attributes) error {
	delete(a.Xattrs, capability)
	mode := st.Mode &^ unix.S_ISUID
	if mode&unix.S_IXGRP != 0 {
		mode &^= unix.S_ISGID
	}
	if mode == st.Mode || mode&unix.S_IFMT == unix.S_IFLNK {
		return nil
	}
	return unix.Fchmodat(l.dir, l.name, mode&^unix.S_IFMT, 0)
}

// elsewhere says whether a file of the tree is seen through another mount,
// which may be read-only.
func (s *Supervisor) elsewhere(l location) bool {
	var st unix.Statx_t
	err := unix.Statx(l.dir, l.name, l.flags, unix.STATX_MNT_ID, &st)
	return err == nil && st.Mask&unix.STATX_MNT_ID != 0 && st.Mnt_id != s.mount
}
