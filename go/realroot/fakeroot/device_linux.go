//go:build linux && (amd64 || arm64)

package fakeroot

import "golang.org/x/sys/unix"

// hostDevice says whether a file is a device node of the host, which stays as
// it is.
func (s *Supervisor) hostDevice(st *unix.Stat_t) bool {
	kind := st.Mode & unix.S_IFMT
	return !s.onTree(st) && (kind == unix.S_IFCHR || kind == unix.S_IFBLK)
}

// touch is for calls that change the mode or the times of a file: it makes them
// succeed on the host's device nodes, whose mounts are read-only. The kernel
// does it with all other files.
func (s *Supervisor) touch(c *call, p place) answer {
	l, err := s.locate(c, p)
	if err != nil {
		return toKernel // which knows the error
	}
	st, err := s.status(l)
	if err != nil || !s.hostDevice(&st) {
		return toKernel
	}
	return done
}

// utimensat has no path if it is for a descriptor.
func (s *Supervisor) utimensat(c *call, p place) answer {
	if c.args[1] == 0 {
		p = c.descriptor(0)
	}
	return s.touch(c, p)
}
