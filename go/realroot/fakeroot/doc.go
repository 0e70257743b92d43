// Package fakeroot runs a program, and all that it starts, as a root that can
// give files to anybody: every owner, device node and extended attribute can be
// set, and is seen afterwards, although the kernel knows one user only.
//
// The kernel sends the system calls that matter to a Supervisor, by seccomp's
// user notification (seccomp_unotify(2), Linux 5.9). That reaches statically
// linked programs, threads, vfork and chroot as well as anything else, which a
// preloaded library does not, and costs other system calls nothing, which
// ptrace does. What the kernel cannot keep is kept in Inodes, by inode number:
// on a tmpfs, which the tree must be on, no number is ever used twice.
//
// The user and group ids of a process are made up as well. Which ones a process
// has is kept in a resource limit of it that Linux ignores, RLIMIT_LOCKS: the
// kernel itself then hands them on at fork and exec, at the right moment, and
// the supervisor need not follow who starts whom.
//
// Paths are resolved by a thread that takes on the process's root directory,
// starting from /proc/TID/cwd and /proc/TID/fd, so that they mean what they
// mean to the process. Nothing here keeps a hostile program inside.
//
// What differs from a real root: permissions of files are never checked, not
// even for processes that have become another user; capabilities cannot be
// given up; /proc and the credentials sent over sockets show root everywhere;
// a device node can be read and written as an empty file, and is one where
// directories are listed; those of the host, such as /dev/null, stay as they
// are, whatever is set; writing to a program does not take its capabilities;
// ACLs that say more than a mode, mounts and new namespaces are refused; a
// program of another architecture, such as a 32-bit one, ends the run. Before
// Linux 5.19 a signal may make a system call be made twice.
package fakeroot
