//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The structures of <linux/seccomp.h>.
type (
	notification struct {
		id    uint64
		tid   uint32
		flags uint32
		data  struct {
			number             int32
			architecture       uint32
			instructionPointer uint64
			args               [6]uint64
		}
	}
	response struct {
		id    uint64
		value int64
		errno int32 // negative
		flags uint32
	}
	addedFD struct {
		id      uint64
		flags   uint32
		source  uint32
		target  uint32
		fdFlags uint32
	}
)

// listener is the descriptor that notifications come from.
type listener int

// listen installs a filter for the calling thread and all that it starts.
func listen(filter []unix.SockFilter) (listener, error) {
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	var fd uintptr
	var errno unix.Errno
	// A process whose call is being handled should not be interrupted, as the
	// call would be made twice. Kernels before 5.19 do not know that flag.
	for _, flags := range []uintptr{unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, 0} {
		flags |= unix.SECCOMP_FILTER_FLAG_NEW_LISTENER
		fd, _, errno = unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&program)))
		if errno != unix.EINVAL {
			break
		}
	}
	runtime.KeepAlive(filter)
	switch errno {
	case 0:
	case unix.EBUSY:
		return -1, fmt.Errorf("a program around this one handles its system calls already: %w", errno)
	default:
		return -1, errno
	}
	l := listener(fd)
	// Kernels before 6.6 do not know how to wake up the other side at once.
	_, _, _ = unix.Syscall(unix.SYS_IOCTL, uintptr(l), unix.SECCOMP_IOCTL_NOTIF_SET_FLAGS, unix.SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
	return l, nil
}

func (l listener) ioctl(request uintptr, arg unsafe.Pointer) (uintptr, error) {
	value, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(l), request, uintptr(arg))
	if errno != 0 {
		return 0, errno
	}
	return value, nil
}

// receive waits for a notification. It returns io.EOF when all processes with
// the filter have ended, where the kernel tells.
func (l listener) receive(n *notification) error {
	for {
		*n = notification{}
		_, err := l.ioctl(unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(n))
		switch {
		case errors.Is(err, unix.ENOENT): // the process, or the last one, was killed
			poll := []unix.PollFd{{Fd: int32(l), Events: unix.POLLIN}}
			if _, err := unix.Poll(poll, 0); err == nil && poll[0].Revents&unix.POLLHUP != 0 {
				return io.EOF
			}
		case !errors.Is(err, unix.EINTR):
			return err
		}
	}
}

// valid says whether the process still waits, so that its thread id is not
// another's by now.
func (l listener) valid(id uint64) bool {
	_, err := l.ioctl(unix.SECCOMP_IOCTL_NOTIF_ID_VALID, unsafe.Pointer(&id))
	return err == nil
}

// send answers. That a process does not wait any more is no error.
func (l listener) send(r *response) {
	_, _ = l.ioctl(unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(r))
}

// give puts a copy of a descriptor into the process and returns its number
// there.
func (l listener) give(id uint64, fd int, closeOnExec bool) (int, error) {
	a := addedFD{id: id, source: uint32(fd)}
	if closeOnExec {
		a.fdFlags = unix.O_CLOEXEC
	}
	n, err := l.ioctl(unix.SECCOMP_IOCTL_NOTIF_ADDFD, unsafe.Pointer(&a))
	return int(n), err
}
