//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"golang.org/x/sys/unix"
)

// exec gives a process the credentials that it has after execve(2). The kernel
// then starts the program; if it does not, what is lost is of no use to a
// process that wanted to be another program.
func (s *Supervisor) exec(c *call, p place) answer {
	who := s.credentials(c)
	l, err := s.locate(c, p)
	if err != nil {
		return toKernel // which knows the error
	}
	st, err := s.status(l)
	const executable = 0o111
	if err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || st.Mode&executable == 0 {
		return toKernel
	}
	next := who
	next.keep = false
	if st.Mode&(unix.S_ISUID|unix.S_ISGID) != 0 && s.onTree(&st) && !s.isScript(l) {
		a := s.inodes.of(st.Ino)
		if st.Mode&unix.S_ISUID != 0 {
			next.user.effective = a.UID
		}
		if st.Mode&unix.S_ISGID != 0 && st.Mode&unix.S_IXGRP != 0 {
			next.group.effective = a.GID
		}
	}
	for _, i := range []*ids{&next.user, &next.group} {
		i.saved, i.fs = i.effective, i.effective
	}
	if next != who {
		_ = s.setCredentials(c, next) // fails only if the process was killed
	}
	return toKernel
}

// isScript says whether a program begins with "#!": such ones run as who starts
// them.
func (s *Supervisor) isScript(l location) bool {
	fd, err := unix.Openat(l.dir, l.name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	var magic [2]byte
	n, err := unix.Read(fd, magic[:])
	return err == nil && n == len(magic) && string(magic[:]) == "#!"
}

// prctl notes whether privileges shall be kept, and does nothing else with
// capabilities: the process keeps them all.
func (s *Supervisor) prctl(c *call) answer {
	if c.args[0] != unix.PR_SET_KEEPCAPS {
		return done
	}
	who := s.credentials(c)
	who.keep = c.args[1] != 0 && who.privileged()
	if err := s.setCredentials(c, who); err != nil {
		return result(err)
	}
	return toKernel
}
