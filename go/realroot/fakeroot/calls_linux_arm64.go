package fakeroot

import "golang.org/x/sys/unix"

const architecture = unix.AUDIT_ARCH_AARCH64

// conditions are the arguments with which calls are notified.
func conditions() map[uint32]rule {
	return map[uint32]rule{
		unix.SYS_OPENAT: {arg: 2, anyOf: creating},
	}
}

// allHandlers are the handlers of this architecture, which has no system calls
// of its own.
func allHandlers() map[uint32]handler { return handlers() }
