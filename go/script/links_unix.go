//go:build unix

package script

import (
	"os"
	"syscall"
)

// fileID is equal for two names of one file of the host only.
type fileID struct{ device, inode uint64 }

// linkedFile is the identity of a file that has several names.
func linkedFile(i os.FileInfo) (fileID, bool) {
	s, ok := i.Sys().(*syscall.Stat_t)
	if !ok || s.Nlink < 2 {
		return fileID{}, false
	}
	return fileID{uint64(s.Dev), s.Ino}, true
}
