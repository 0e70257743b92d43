//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// location is a file as the supervisor can name it: the arguments of its own
// calls.
type location struct {
	dir   int
	name  string
	flags int
	// opened names the process's descriptor that the name begins with, as it
	// may not be open: then the error is EBADF.
	opened string
}

// ownLinks are the paths that lead each process somewhere else.
var ownLinks = []struct{ path, target string }{
	{"/proc/self", ""},
	{"/proc/thread-self", ""},
	{"/dev/fd", "/fd"},
	{"/dev/stdin", "/fd/0"},
	{"/dev/stdout", "/fd/1"},
	{"/dev/stderr", "/fd/2"},
}

// locate makes a place of the process one of this thread, which takes on the
// process's root directory.
func (s *Supervisor) locate(c *call, p place) (location, error) {
	name := ""
	empty := p.fdOnly || p.flags&unix.AT_EMPTY_PATH != 0
	if !p.fdOnly && !(empty && p.pointer == 0) {
		var err error
		if name, err = c.readString(p.pointer, unix.PathMax, unix.ENAMETOOLONG); err != nil {
			return location{}, err
		}
	}
	if name == "" && !empty {
		return location{}, unix.ENOENT
	}
	if err := s.enterRoot(c.tid); err != nil {
		return location{}, err
	}
	l := location{dir: s.proc, flags: p.flags &^ unix.AT_EMPTY_PATH}
	task := strconv.Itoa(c.tid)
	if strings.HasPrefix(name, "/") {
		if own, ok := s.own(task, name, l.flags); ok {
			l.name = own
			return l, nil
		}
		l.dir, l.name = unix.AT_FDCWD, name
		return l, nil
	}
	l.name = task + "/cwd"
	if p.dir != unix.AT_FDCWD {
		l.name = task + "/fd/" + strconv.Itoa(int(p.dir))
		l.opened = l.name
	}
	if name == "" {
		l.flags &^= unix.AT_SYMLINK_NOFOLLOW // the link in /proc leads to the file itself
		return l, nil
	}
	if len(l.name)+1+len(name) < unix.PathMax {
		l.name += "/" + name
		return l, nil
	}
	fd, err := unix.Openat(s.proc, l.name, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return location{}, s.absent(l, err)
	}
	s.held = append(s.held, fd)
	l.dir, l.name = fd, name
	return l, nil
}

// own rewrites paths through links that lead each process somewhere else.
func (s *Supervisor) own(task, name string, flags int) (string, bool) {
	if s.root != s.firstRoot {
		return "", false
	}
	for _, link := range ownLinks {
		rest, ok := strings.CutPrefix(name, link.path)
		if ok && (strings.HasPrefix(rest, "/") || rest == "" && flags&unix.AT_SYMLINK_NOFOLLOW == 0) {
			return task + link.target + rest, true
		}
	}
	return "", false
}

// absent corrects an error of using a location.
func (s *Supervisor) absent(l location, err error) error {
	if err == unix.ENOENT && l.opened != "" {
		var st unix.Stat_t
		if unix.Fstatat(s.proc, l.opened, &st, unix.AT_SYMLINK_NOFOLLOW) == unix.ENOENT {
			return unix.EBADF
		}
	}
	return err
}

// parent is the directory that a location is in.
func (l location) parent() location {
	name := strings.TrimRight(l.name, "/")
	at := strings.LastIndexByte(name, '/')
	switch {
	case at < 0 && name != "":
		name = "."
	case at <= 0:
		name = "/"
	default:
		name = name[:at]
	}
	return location{dir: l.dir, name: name, opened: l.opened}
}

// root tells directories apart.
type root struct{ device, inode uint64 }

// enterRoot gives this thread the root directory of a process. Without a chroot
// all have the same.
func (s *Supervisor) enterRoot(tid int) error {
	if !s.chrooted {
		return nil
	}
	name := strconv.Itoa(tid) + "/root"
	var st unix.Stat_t
	if err := unix.Fstatat(s.proc, name, &st, 0); err != nil {
		return err
	}
	its := root{uint64(st.Dev), st.Ino}
	if its == s.root {
		return nil
	}
	fd, err := unix.Openat(s.proc, name, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.Fchdir(fd); err != nil {
		return err
	}
	if err := unix.Chroot("."); err != nil {
		return err
	}
	s.root = its
	return nil
}

// chroot lets the kernel do it.
func (s *Supervisor) chroot(*call) answer {
	s.chrooted = true
	return toKernel
}
