//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"maps"
	"slices"

	"golang.org/x/sys/unix"
)

// handler answers one notified system call.
type handler func(s *Supervisor, c *call) answer

const (
	// newNamespaces are the flags of clone(2) and unshare(2) for namespaces.
	newNamespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC |
		unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET
	// newTime is a flag of unshare(2) only.
	newTime = unix.CLONE_NEWTIME
	// creating are the flags of open(2) with which it may make a file.
	creating = unix.O_CREAT | unix.O_TMPFILE&^unix.O_DIRECTORY
)

// privileges are the operations of prctl(2) that change capabilities.
var privileges = []uint32{unix.PR_SET_KEEPCAPS, unix.PR_CAPBSET_DROP, unix.PR_SET_SECUREBITS, unix.PR_CAP_AMBIENT}

// refused are the system calls that need no supervisor.
func refused() []rule {
	rules := []rule{
		{number: unix.SYS_CAPSET, action: refuse(0)},
		{number: unix.SYS_SETRLIMIT, action: refuse(0), oneOf: []uint32{rlimitLocks}},
		{number: unix.SYS_CLONE, action: refuse(unix.EPERM), anyOf: newNamespaces},
		{number: unix.SYS_UNSHARE, action: refuse(unix.EPERM), anyOf: newNamespaces | newTime},
	}
	// The flags of clone3 are in memory; C libraries then use clone.
	for _, number := range []uint32{
		unix.SYS_CLONE3, unix.SYS_IO_URING_SETUP,
		unix.SYS_SETXATTRAT, unix.SYS_GETXATTRAT, unix.SYS_LISTXATTRAT, unix.SYS_REMOVEXATTRAT,
	} {
		rules = append(rules, rule{number: number, action: refuse(unix.ENOSYS)})
	}
	for _, number := range []uint32{
		unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_SETNS, unix.SYS_FSOPEN, unix.SYS_FSPICK,
		unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_OPEN_TREE, unix.SYS_OPEN_TREE_ATTR, unix.SYS_MOVE_MOUNT, unix.SYS_MOUNT_SETATTR, unix.SYS_REBOOT,
	} {
		rules = append(rules, rule{number: number, action: refuse(unix.EPERM)})
	}
	return rules
}

// notified are the rules of the calls that the supervisor handles whatever
// their arguments are, and of those that it handles for some.
func notified(handlers map[uint32]handler) []rule {
	some := conditions()
	some[unix.SYS_PRLIMIT64] = rule{arg: 1, oneOf: []uint32{rlimitLocks}}
	some[unix.SYS_MMAP] = rule{arg: 3, anyOf: unix.MAP_SHARED}
	some[unix.SYS_PRCTL] = rule{arg: 0, oneOf: privileges}
	var rules []rule
	for _, number := range slices.Sorted(maps.Keys(handlers)) {
		r := some[number]
		r.number, r.action = number, unix.SECCOMP_RET_USER_NOTIF
		rules = append(rules, r)
	}
	return rules
}

// handlers are those of all architectures.
func handlers() map[uint32]handler {
	return map[uint32]handler{
		unix.SYS_FSTAT: func(s *Supervisor, c *call) answer {
			return s.stat(c, c.descriptor(0), c.args[1])
		},
		unix.SYS_NEWFSTATAT: func(s *Supervisor, c *call) answer {
			return s.stat(c, c.path(0, 1, 3), c.args[2])
		},
		unix.SYS_STATX: (*Supervisor).statx,
		unix.SYS_FCHOWN: func(s *Supervisor, c *call) answer {
			return s.chown(c, c.descriptor(0), c.args[1], c.args[2])
		},
		unix.SYS_FCHOWNAT: func(s *Supervisor, c *call) answer {
			return s.chown(c, c.path(0, 1, 4), c.args[2], c.args[3])
		},
		unix.SYS_MKNODAT: func(s *Supervisor, c *call) answer {
			return s.mknod(c, c.newPath(0, 1), uint32(c.args[2]), c.args[3])
		},
		unix.SYS_MKDIRAT: func(s *Supervisor, c *call) answer {
			return s.mkdir(c, c.newPath(0, 1), uint32(c.args[2]))
		},
		unix.SYS_SYMLINKAT: func(s *Supervisor, c *call) answer {
			return s.symlink(c, c.args[0], c.newPath(1, 2))
		},
		unix.SYS_OPENAT: func(s *Supervisor, c *call) answer {
			return s.open(c, c.openPath(0, 1), c.args[2], c.args[3])
		},
		unix.SYS_OPENAT2: (*Supervisor).openat2,
		unix.SYS_CHROOT:  (*Supervisor).chroot,
		unix.SYS_MMAP:    (*Supervisor).mmap,

		unix.SYS_FCHMOD:    func(s *Supervisor, c *call) answer { return s.touch(c, c.descriptor(0)) },
		unix.SYS_FCHMODAT:  func(s *Supervisor, c *call) answer { return s.touch(c, c.openPath(0, 1)) },
		unix.SYS_FCHMODAT2: func(s *Supervisor, c *call) answer { return s.touch(c, c.path(0, 1, 3)) },
		unix.SYS_UTIMENSAT: func(s *Supervisor, c *call) answer { return s.utimensat(c, c.path(0, 1, 3)) },

		unix.SYS_SETXATTR:     func(s *Supervisor, c *call) answer { return s.setxattr(c, c.cwdPath(0, follow)) },
		unix.SYS_LSETXATTR:    func(s *Supervisor, c *call) answer { return s.setxattr(c, c.cwdPath(0, noFollow)) },
		unix.SYS_FSETXATTR:    func(s *Supervisor, c *call) answer { return s.setxattr(c, c.descriptor(0)) },
		unix.SYS_GETXATTR:     func(s *Supervisor, c *call) answer { return s.getxattr(c, c.cwdPath(0, follow)) },
		unix.SYS_LGETXATTR:    func(s *Supervisor, c *call) answer { return s.getxattr(c, c.cwdPath(0, noFollow)) },
		unix.SYS_FGETXATTR:    func(s *Supervisor, c *call) answer { return s.getxattr(c, c.descriptor(0)) },
		unix.SYS_LISTXATTR:    func(s *Supervisor, c *call) answer { return s.listxattr(c, c.cwdPath(0, follow)) },
		unix.SYS_LLISTXATTR:   func(s *Supervisor, c *call) answer { return s.listxattr(c, c.cwdPath(0, noFollow)) },
		unix.SYS_FLISTXATTR:   func(s *Supervisor, c *call) answer { return s.listxattr(c, c.descriptor(0)) },
		unix.SYS_REMOVEXATTR:  func(s *Supervisor, c *call) answer { return s.removexattr(c, c.cwdPath(0, follow)) },
		unix.SYS_LREMOVEXATTR: func(s *Supervisor, c *call) answer { return s.removexattr(c, c.cwdPath(0, noFollow)) },
		unix.SYS_FREMOVEXATTR: func(s *Supervisor, c *call) answer { return s.removexattr(c, c.descriptor(0)) },

		unix.SYS_GETUID:    func(s *Supervisor, c *call) answer { return value(s.credentials(c).user.real) },
		unix.SYS_GETEUID:   func(s *Supervisor, c *call) answer { return value(s.credentials(c).user.effective) },
		unix.SYS_GETGID:    func(s *Supervisor, c *call) answer { return value(s.credentials(c).group.real) },
		unix.SYS_GETEGID:   func(s *Supervisor, c *call) answer { return value(s.credentials(c).group.effective) },
		unix.SYS_GETRESUID: func(s *Supervisor, c *call) answer { return s.getres(c, s.credentials(c).user) },
		unix.SYS_GETRESGID: func(s *Supervisor, c *call) answer { return s.getres(c, s.credentials(c).group) },
		unix.SYS_SETUID:    func(s *Supervisor, c *call) answer { return s.change(c, (*credentials).users, set) },
		unix.SYS_SETGID:    func(s *Supervisor, c *call) answer { return s.change(c, (*credentials).groupIDs, set) },
		unix.SYS_SETREUID:  func(s *Supervisor, c *call) answer { return s.change(c, (*credentials).users, setTwo) },
		unix.SYS_SETREGID:  func(s *Supervisor, c *call) answer { return s.change(c, (*credentials).groupIDs, setTwo) },
		unix.SYS_SETRESUID: func(s *Supervisor, c *call) answer { return s.change(c, (*credentials).users, setThree) },
		unix.SYS_SETRESGID: func(s *Supervisor, c *call) answer { return s.change(c, (*credentials).groupIDs, setThree) },
		unix.SYS_SETFSUID:  func(s *Supervisor, c *call) answer { return s.changeFS(c, (*credentials).users) },
		unix.SYS_SETFSGID:  func(s *Supervisor, c *call) answer { return s.changeFS(c, (*credentials).groupIDs) },
		unix.SYS_GETGROUPS: (*Supervisor).getgroups,
		unix.SYS_SETGROUPS: (*Supervisor).setgroups,
		unix.SYS_PRLIMIT64: (*Supervisor).prlimit,
		unix.SYS_PRCTL:     (*Supervisor).prctl,
		unix.SYS_EXECVE:    func(s *Supervisor, c *call) answer { return s.exec(c, c.cwdPath(0, follow)) },
		unix.SYS_EXECVEAT:  func(s *Supervisor, c *call) answer { return s.exec(c, c.path(0, 1, 4)) },
	}
}
