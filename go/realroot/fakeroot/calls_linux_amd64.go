package fakeroot

import "golang.org/x/sys/unix"

const architecture = unix.AUDIT_ARCH_X86_64

// conditions are the arguments with which calls are notified.
func conditions() map[uint32]rule {
	return map[uint32]rule{
		unix.SYS_OPEN:   {arg: 1, anyOf: creating},
		unix.SYS_OPENAT: {arg: 2, anyOf: creating},
	}
}

// allHandlers adds the system calls that newer architectures do not have.
func allHandlers() map[uint32]handler {
	all := handlers()
	for number, h := range map[uint32]handler{
		unix.SYS_STAT:  func(s *Supervisor, c *call) answer { return s.stat(c, c.cwdPath(0, follow), c.args[1]) },
		unix.SYS_LSTAT: func(s *Supervisor, c *call) answer { return s.stat(c, c.cwdPath(0, noFollow), c.args[1]) },
		unix.SYS_CHOWN: func(s *Supervisor, c *call) answer {
			return s.chown(c, c.cwdPath(0, follow), c.args[1], c.args[2])
		},
		unix.SYS_LCHOWN: func(s *Supervisor, c *call) answer {
			return s.chown(c, c.cwdPath(0, noFollow), c.args[1], c.args[2])
		},
		unix.SYS_CHMOD:     func(s *Supervisor, c *call) answer { return s.touch(c, c.cwdPath(0, follow)) },
		unix.SYS_UTIME:     func(s *Supervisor, c *call) answer { return s.touch(c, c.cwdPath(0, follow)) },
		unix.SYS_UTIMES:    func(s *Supervisor, c *call) answer { return s.touch(c, c.cwdPath(0, follow)) },
		unix.SYS_FUTIMESAT: func(s *Supervisor, c *call) answer { return s.utimensat(c, c.openPath(0, 1)) },
		unix.SYS_MKNOD: func(s *Supervisor, c *call) answer {
			return s.mknod(c, c.cwdPath(0, noFollow), uint32(c.args[1]), c.args[2])
		},
		unix.SYS_MKDIR: func(s *Supervisor, c *call) answer {
			return s.mkdir(c, c.cwdPath(0, noFollow), uint32(c.args[1]))
		},
		unix.SYS_SYMLINK: func(s *Supervisor, c *call) answer {
			return s.symlink(c, c.args[0], c.cwdPath(1, noFollow))
		},
		unix.SYS_OPEN: func(s *Supervisor, c *call) answer {
			return s.open(c, c.cwdPath(0, follow), c.args[1], c.args[2])
		},
		unix.SYS_CREAT: func(s *Supervisor, c *call) answer {
			return s.open(c, c.cwdPath(0, follow), unix.O_CREAT|unix.O_WRONLY|unix.O_TRUNC, c.args[1])
		},
	} {
		all[number] = h
	}
	return all
}
