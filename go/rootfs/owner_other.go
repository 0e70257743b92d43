//go:build !linux

package rootfs

import "os"

// canSetOwners says whether files can be given to other users.
func canSetOwners() bool { return os.Geteuid() == 0 }
