package rootfs

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// StartLoopback turns on the loopback interface of a new network namespace.
func StartLoopback() error {
	err := func() error {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		request, err := unix.NewIfreq("lo")
		if err != nil {
			return err
		}
		request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
		return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request)
	}()
	if err != nil {
		return fmt.Errorf("turn on the loopback interface: %w", err)
	}
	return nil
}
