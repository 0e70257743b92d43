//go:build linux && (amd64 || arm64)

package realroot

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/rules-strata/rules_strata/go/realroot/fakeroot"
	"github.com/rules-strata/rules_strata/go/rootfs"
)

// unpack makes the tree that the script finds.
func (m *machine) unpack() error {
	inodes, err := fakeroot.NewInodes(m.scratch.root)
	if err != nil {
		return err
	}
	keeper := &keeper{inodes: inodes}
	u, err := rootfs.NewUnpacker(m.scratch.root, rootfs.UnpackOptions{Warn: m.warn, Attributes: keeper})
	if err != nil {
		return err
	}
	defer u.Close()
	for _, name := range m.Layers {
		if err := u.Apply(context.Background(), m.section()); err != nil {
			return fmt.Errorf("unpack %s: %w", name, err)
		}
	}
	if err := u.Finish(); err != nil {
		return fmt.Errorf("unpack the base image: %w", err)
	}
	if m.tree, err = newTree(m.scratch.root, inodes, string(m.StoreDir)); err != nil {
		return fmt.Errorf("read the base image: %w", err)
	}
	if m.Upper {
		keeper.made = m.tree.forced
		if err := u.Apply(context.Background(), m.section()); err != nil {
			return fmt.Errorf("unpack the new layer: %w", err)
		}
		if err := u.Finish(); err != nil {
			return fmt.Errorf("unpack the new layer: %w", err)
		}
	}
	if len(m.Objects) == 0 {
		return nil
	}
	if err := rootfs.Unpack(context.Background(), m.scratch.objects, []rootfs.Layer{m.section()}, rootfs.UnpackOptions{}); err != nil {
		return fmt.Errorf("the store objects: %w", err)
	}
	return nil
}

// section is the next section of the input.
func (m *machine) section() rootfs.Layer {
	return rootfs.Layer{Open: func(context.Context) (io.ReadCloser, error) {
		return &sectionReader{from: m.input}, nil
	}}
}

// keeper puts the attributes of entries into Inodes.
type keeper struct {
	inodes *fakeroot.Inodes
	made   map[uint64]bool // gets the inodes of the new layer
}

const xattrRecord = "SCHILY.xattr."

// Keep takes an entry's owner and extended attributes.
func (k *keeper) Keep(info fs.FileInfo, hdr *tar.Header) error {
	return k.put(info.Sys().(*syscall.Stat_t).Ino, hdr, fakeroot.Attributes{})
}

func (k *keeper) put(inode uint64, hdr *tar.Header, a fakeroot.Attributes) error {
	a.UID, a.GID = uint32(hdr.Uid), uint32(hdr.Gid)
	for key, value := range hdr.PAXRecords {
		if name, ok := strings.CutPrefix(key, xattrRecord); ok {
			if a.Xattrs == nil {
				a.Xattrs = map[string][]byte{}
			}
			a.Xattrs[name] = []byte(value)
		}
	}
	k.inodes.Put(inode, a)
	if k.made != nil {
		k.made[inode] = true
	}
	return nil
}

// MakeNode makes a named pipe, or an empty file for a device node.
func (k *keeper) MakeNode(dir *os.File, name string, hdr *tar.Header) error {
	var a fakeroot.Attributes
	kind := uint32(unix.S_IFREG)
	switch hdr.Typeflag {
	case tar.TypeChar:
		a.Type = unix.S_IFCHR
	case tar.TypeBlock:
		a.Type = unix.S_IFBLK
	default:
		kind = unix.S_IFIFO
	}
	if a.Type != 0 {
		a.Device = unix.Mkdev(uint32(hdr.Devmajor), uint32(hdr.Devminor))
	}
	fd := int(dir.Fd())
	if err := unix.Mknodat(fd, name, kind|0o600, 0); err != nil {
		return err
	}
	mode := uint32(hdr.Mode) & 0o7777
	if err := unix.Fchmodat(fd, name, mode, 0); err != nil {
		return err
	}
	var st unix.Stat_t
	if err := unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err
	}
	return k.put(st.Ino, hdr, a)
}
