//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"bytes"
	"maps"

	"golang.org/x/sys/unix"
)

// Attributes are what the kernel cannot keep of a file. They are never changed
// after they were put into Inodes.
type Attributes struct {
	UID, GID uint32
	// Type is S_IFCHR or S_IFBLK for a device node, which on disk is an empty
	// file, and Device its numbers as stat(2) has them. Otherwise both are 0.
	Type   uint32
	Device uint64
	// Xattrs are the extended attributes, by name. A file without any may have
	// nil.
	Xattrs map[string][]byte
}

// Equal says whether two are the same. Nil is what a file of root has.
func (a *Attributes) Equal(b *Attributes) bool {
	var none Attributes
	if a == nil {
		a = &none
	}
	if b == nil {
		b = &none
	}
	return a == b || a.UID == b.UID && a.GID == b.GID && a.Type == b.Type && a.Device == b.Device &&
		maps.EqualFunc(a.Xattrs, b.Xattrs, bytes.Equal)
}

// Inodes are the attributes of the files of one tmpfs.
type Inodes struct {
	device uint64
	known  map[uint64]*Attributes
}

// NewInodes begins with a tmpfs on which all belongs to root. Dir is any of its
// directories.
func NewInodes(dir string) (*Inodes, error) {
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err != nil {
		return nil, err
	}
	return &Inodes{device: uint64(st.Dev), known: map[uint64]*Attributes{}}, nil
}

// Get gives the attributes of a file by its inode number. They may be nil.
func (i *Inodes) Get(inode uint64) *Attributes { return i.known[inode] }

// Put sets the attributes of a file.
func (i *Inodes) Put(inode uint64, a Attributes) {
	if a.Equal(nil) {
		delete(i.known, inode)
		return
	}
	i.known[inode] = &a
}

// of gives a copy of a file's attributes that can be changed and put back.
func (i *Inodes) of(inode uint64) Attributes {
	a := i.known[inode]
	if a == nil {
		return Attributes{}
	}
	c := *a
	c.Xattrs = maps.Clone(a.Xattrs)
	return c
}
