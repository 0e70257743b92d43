//go:build linux && (amd64 || arm64)

package realroot

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// copyProgram copies the own program into memory. The init process runs from
// the copy: the script finds it as /proc/1/exe, and what it does to it shall
// not reach the caller's file.
func copyProgram() (*os.File, error) {
	from, err := os.Open("/proc/self/exe")
	if err != nil {
		return nil, err
	}
	defer from.Close()
	const flags = unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	fd, err := unix.MemfdCreate(initName, flags|unix.MFD_EXEC)
	if err == unix.EINVAL { // Linux before 6.3
		fd, err = unix.MemfdCreate(initName, flags)
	}
	if errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		return nil, &UnavailableError{Reason: "no program can be run from memory (memfd_create, the sysctl vm.memfd_noexec must be below 2)", Err: err}
	}
	if err != nil {
		return nil, fmt.Errorf("memfd_create: %w", err)
	}
	to := os.NewFile(uintptr(fd), initName)
	if _, err = io.Copy(to, from); err != nil {
		err = fmt.Errorf("copy the own program into memory: %w", err)
	} else if _, err = unix.FcntlInt(to.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_WRITE|unix.F_SEAL_GROW|unix.F_SEAL_SHRINK|unix.F_SEAL_SEAL); err != nil {
		err = fmt.Errorf("seal the copy of the own program: %w", err)
	}
	if err != nil {
		_ = to.Close()
		return nil, err
	}
	return to, nil
}
