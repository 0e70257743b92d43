package rootfs

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// canSetOwners says whether files can be given to other users.
func canSetOwners() bool {
	if os.Geteuid() != 0 {
		return false
	}
	ids, err := readIDMap("/proc/self/uid_map")
	if err != nil {
		return true // no user namespaces in this kernel
	}
	return len(ids) > 1 || len(ids) == 1 && ids[0].Size > 1
}

// readIDMap reads a map of user_namespaces(7) as one that gives a new
// namespace the same ids.
func readIDMap(path string) ([]syscall.SysProcIDMap, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parseIDMap(f)
}

func parseIDMap(r io.Reader) ([]syscall.SysProcIDMap, error) {
	var ids []syscall.SysProcIDMap
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var inside, outside, size int
		if _, err := fmt.Sscan(strings.TrimSpace(lines.Text()), &inside, &outside, &size); err != nil {
			return nil, fmt.Errorf("id map line %q: %w", lines.Text(), err)
		}
		ids = append(ids, syscall.SysProcIDMap{ContainerID: inside, HostID: inside, Size: size})
	}
	return ids, lines.Err()
}

// mapped says whether a namespace has an id.
func mapped(ids []syscall.SysProcIDMap, id int) bool {
	for _, m := range ids {
		if id >= m.ContainerID && id-m.ContainerID < m.Size {
			return true
		}
	}
	return false
}
