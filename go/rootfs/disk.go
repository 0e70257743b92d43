package rootfs

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// explain adds to the error of a full disk what was needed, in bytes, and what
// there is.
func (u *unpacker) explain(err error, needed int64) error {
	full := errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
	if !full || u.attributes != nil { // whose disk it is
		return err
	}
	var free string
	var st unix.Statfs_t
	if unix.Statfs(u.dir, &st) == nil {
		free = fmt.Sprintf(", %d are free", uint64(st.Bavail)*uint64(st.Bsize))
	}
	return fmt.Errorf("%w: %d bytes are needed in %s%s: set TMPDIR to a larger file system", err, needed, u.dir, free)
}
