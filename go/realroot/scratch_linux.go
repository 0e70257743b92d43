//go:build linux && (amd64 || arm64)

package realroot

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"github.com/rules-strata/rules_strata/go/rootfs"
)

// scratch is where the machine's files are, before its root directory is
// entered.
type scratch struct {
	root    string // the root directory, a tmpfs of its own
	objects string // store objects, below their store directory
	// full says that the root directory's file system was full at some time.
	full atomic.Bool
}

// Directories of which every system has one.
var mountPoints = []string{"/tmp", "/var", "/mnt", "/usr"}

// inodeSize is how much disk space there is for each inode, so that many small
// files do not take more memory than the disk's size. File systems on real
// disks have fewer.
const inodeSize = 1024

// mountScratch mounts file systems that nobody else sees.
func mountScratch(size int64) (*scratch, error) {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		if reason, forbidden := rootfs.Forbidden(err); forbidden {
			return nil, &UnavailableError{Reason: fmt.Sprintf("%s: mount in a new namespace: %v", reason, err)}
		}
		return nil, fmt.Errorf("mount in a new namespace: %w", err)
	}
	outer := ""
	for _, dir := range mountPoints {
		if info, err := os.Lstat(dir); err == nil && info.IsDir() {
			outer = dir
			break
		}
	}
	if outer == "" {
		return nil, fmt.Errorf("the machine has none of the directories %q to mount at", mountPoints)
	}
	if err := mountMemory(outer, "size=1m,mode=700"); err != nil {
		return nil, err
	}
	s := &scratch{root: filepath.Join(outer, "root"), objects: filepath.Join(outer, "objects")}
	for dir, options := range map[string]string{
		s.root:    fmt.Sprintf("size=%d,nr_inodes=%d,mode=755", size, size/inodeSize),
		s.objects: "size=0,nr_inodes=0,mode=755",
	} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return nil, err
		}
		if err := mountMemory(dir, options); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func mountMemory(dir, options string) error {
	// Inode numbers must not be used twice, so they need all 64 bits.
	err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_NODEV, options+",inode64")
	if errors.Is(err, syscall.EINVAL) {
		err = syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_NODEV, options)
	}
	if err != nil {
		return fmt.Errorf("mount a tmpfs (%s): %w", options, err)
	}
	return nil
}

// bind shows a file or directory at another place, read-only with all below it.
func bind(source, target string) error {
	if err := syscall.Mount(source, target, "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
		return fmt.Errorf("mount %s at %s: %w", source, target, err)
	}
	return nil
}
