package rootfs

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// MakeReadOnly makes a mount and all mounts below it read-only.
func MakeReadOnly(path string) error {
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	err := unix.MountSetattr(unix.AT_FDCWD, path, unix.AT_RECURSIVE, &attr)
	if errors.Is(err, syscall.ENOSYS) {
		err = remountReadOnly(path)
	}
	if err != nil {
		return fmt.Errorf("make %s read-only: %w", path, err)
	}
	return nil
}

// remountReadOnly does the same on Linux before 5.12, one mount at a time.
func remountReadOnly(path string) error {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	defer f.Close()
	points, err := mountsBelow(f, path)
	if err != nil {
		return err
	}
	for _, point := range points {
		var st unix.Statfs_t
		if err := unix.Statfs(point, &st); err != nil {
			return fmt.Errorf("%s: %w", point, err)
		}
		flags := keptFlags(st.Flags) | syscall.MS_BIND | syscall.MS_REMOUNT | syscall.MS_RDONLY
		if err := syscall.Mount("", point, "", flags, ""); err != nil {
			return fmt.Errorf("%s: %w", point, err)
		}
	}
	return nil
}

// keptFlags turns the flags of statfs(2) into those of mount(2): a remount
// that leaves out one that the mount has is refused.
func keptFlags(statfs int64) (mount uintptr) {
	for from, to := range map[int64]uintptr{
		unix.ST_NOSUID: unix.MS_NOSUID, unix.ST_NODEV: unix.MS_NODEV, unix.ST_NOEXEC: unix.MS_NOEXEC,
		unix.ST_NOATIME: unix.MS_NOATIME, unix.ST_NODIRATIME: unix.MS_NODIRATIME, unix.ST_RELATIME: unix.MS_RELATIME,
	} {
		if statfs&from != 0 {
			mount |= to
		}
	}
	return mount
}

// mountsBelow finds the mount points at and below a path in the text of
// /proc/self/mountinfo.
func mountsBelow(mountinfo io.Reader, path string) ([]string, error) {
	// What the kernel escapes in it.
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	var points []string
	lines := bufio.NewScanner(mountinfo)
	for lines.Scan() {
		const mountPoint = 4 // the field's number, see proc_pid_mountinfo(5)
		fields := strings.Fields(lines.Text())
		if len(fields) <= mountPoint {
			return nil, fmt.Errorf("mountinfo has the line %q", lines.Text())
		}
		point := unescape.Replace(fields[mountPoint])
		if point == path || strings.HasPrefix(point, path+"/") {
			points = append(points, point)
		}
	}
	return points, lines.Err()
}
