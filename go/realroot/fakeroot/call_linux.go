//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"errors"

	"golang.org/x/sys/unix"
)

// call is one system call that a process waits for.
type call struct {
	listener listener
	id       uint64
	tid      int
	args     [6]uint64
}

// answer is what the process gets.
type answer struct {
	value int64
	errno unix.Errno
	// kernel says that the kernel shall make the call as if nobody had looked.
	kernel bool
}

// done is the answer of a call that has nothing to say.
var done = answer{}

// toKernel is the answer that the kernel shall give.
var toKernel = answer{kernel: true}

func value(v uint32) answer { return answer{value: int64(v)} }

// result is the answer that err stands for, which may be nil.
func result(err error) answer {
	var errno unix.Errno
	switch {
	case err == nil:
		return done
	case errors.As(err, &errno):
		return answer{errno: errno}
	}
	return answer{errno: unix.EIO}
}

// place is a file as the arguments of a call name it.
type place struct {
	dir     int32 // a descriptor or AT_FDCWD
	pointer uint64
	flags   int
	fdOnly  bool // dir is the file
}

const (
	follow   = 0
	noFollow = unix.AT_SYMLINK_NOFOLLOW
)

// The arguments of system calls by their numbers.
func (c *call) descriptor(fd int) place { return place{dir: int32(c.args[fd]), fdOnly: true} }

func (c *call) path(dir, path, flags int) place {
	return place{dir: int32(c.args[dir]), pointer: c.args[path], flags: int(int32(c.args[flags]))}
}

func (c *call) newPath(dir, path int) place {
	return place{dir: int32(c.args[dir]), pointer: c.args[path], flags: noFollow}
}

func (c *call) openPath(dir, path int) place {
	return place{dir: int32(c.args[dir]), pointer: c.args[path]}
}

func (c *call) cwdPath(path, flags int) place {
	return place{dir: unix.AT_FDCWD, pointer: c.args[path], flags: flags}
}
