//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// checkKernel looks for what the filter cannot show: giving descriptors to other
// processes came in Linux 5.9, the rest before.
func checkKernel() error {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return err
	}
	if err := checkRelease(unix.ByteSliceToString(name.Release[:])); err != nil {
		return err
	}
	action := uint32(unix.SECCOMP_RET_USER_NOTIF)
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_GET_ACTION_AVAIL, 0, uintptr(unsafe.Pointer(&action)))
	if errno != 0 {
		return errors.New("the kernel, or the sandbox around this program, does not have it")
	}
	return checkMemory()
}

// checkRelease reads a kernel's version, "6.1.0-13-amd64".
func checkRelease(release string) error {
	var major, minor int
	if _, err := fmt.Sscanf(release, "%d.%d", &major, &minor); err != nil {
		return fmt.Errorf("the kernel's version is %q", release)
	}
	if major < 5 || major == 5 && minor < 9 {
		return fmt.Errorf("the kernel is Linux %s", release)
	}
	return nil
}

// checkMemory looks whether the memory of other processes can be read.
func checkMemory() error {
	const scope = "/proc/sys/kernel/yama/ptrace_scope"
	if value, err := os.ReadFile(scope); err == nil && strings.TrimSpace(string(value)) == "3" {
		return errors.New("the sysctl kernel.yama.ptrace_scope is 3: 2 and less allow it")
	}
	from, to := []byte{1}, make([]byte, 1)
	self := &call{tid: os.Getpid()}
	if err := self.read(uint64(uintptr(unsafe.Pointer(&from[0]))), to); err != nil {
		return fmt.Errorf("process_vm_readv: %w", err)
	}
	return nil
}
