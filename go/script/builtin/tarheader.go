package builtin

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// Sizes of tar archives.
const (
	tarBlock  = 512
	tarRecord = 20 * tarBlock
	// tarName is the room for a name in a header.
	tarName = 100
)

// Types of members, as the header has them.
const (
	tarFile      = '0'
	tarHardLink  = '1'
	tarSymlink   = '2'
	tarChar      = '3'
	tarBlockDev  = '4'
	tarDirectory = '5'
	tarFIFO      = '6'
	tarLongName  = 'L'
	tarLongLink  = 'K'
)

// tarMember is what a header says of one member.
type tarMember struct {
	name, link   string
	kind         byte
	mode         uint32
	uid, gid     int64
	uname, gname string
	size         int64
	mtime        int64
	major, minor int64
}

// tarWriter writes an archive in the GNU format, with the bytes that GNU tar writes: its way to store long names, numbers that are too large
// for octal digits, and the padding to records of 10 KiB.
type tarWriter struct {
	w io.Writer
	n int64
	// numeric leaves out the names of owners.
	numeric bool
	// root and rootGroup are the names of user 0 and group 0, which the headers of long names have.
	root, rootGroup string
}

// header writes a member's header; the content comes next.
func (t *tarWriter) header(m tarMember) error {
	if len(m.link) > tarName {
		if err := t.long(tarLongLink, m.link); err != nil {
			return err
		}
	}
	if len(m.name) > tarName {
		if err := t.long(tarLongName, m.name); err != nil {
			return err
		}
	}
	return t.block(m)
}

// long writes a name that has no room in a header as a member of its own.
func (t *tarWriter) long(kind byte, name string) error {
	m := tarMember{name: "././@LongLink", kind: kind, mode: 0o644, size: int64(len(name)) + 1, uname: t.root, gname: t.rootGroup}
	if err := t.block(m); err != nil {
		return err
	}
	return t.content(strings.NewReader(name+"\x00"), m.size)
}

func (t *tarWriter) block(m tarMember) error {
	if t.numeric {
		m.uname, m.gname = "", ""
	}
	var h [tarBlock]byte
	copy(h[:tarName], m.name)
	tarNumber(h[100:108], int64(m.mode))
	tarNumber(h[108:116], m.uid)
	tarNumber(h[116:124], m.gid)
	tarNumber(h[124:136], m.size)
	tarNumber(h[136:148], m.mtime)
	copy(h[148:156], "        ")
	h[156] = m.kind
	copy(h[157:257], m.link)
	copy(h[257:265], "ustar  \x00")
	copy(h[265:296], m.uname)
	copy(h[297:328], m.gname)
	if m.kind == tarChar || m.kind == tarBlockDev {
		tarNumber(h[329:337], m.major)
		tarNumber(h[337:345], m.minor)
	}
	sum := 0
	for _, b := range h {
		sum += int(b)
	}
	copy(h[148:156], fmt.Sprintf("%06o\x00 ", sum))
	return t.write(h[:])
}

// tarNumber writes a number as octal digits, or in base 256 where there are too few of them.
func tarNumber(field []byte, n int64) {
	digits := len(field) - 1
	if n >= 0 && n < 1<<(3*digits) {
		copy(field, fmt.Sprintf("%0*o", digits, n))
		return
	}
	var wide [12]byte
	if n < 0 {
		copy(wide[:4], "\xff\xff\xff\xff")
	}
	binary.BigEndian.PutUint64(wide[4:], uint64(n))
	copy(field, wide[12-len(field):])
	if n >= 0 {
		field[0] = 0x80
	}
}

// content copies a member's bytes and fills up the last block. A file that is shorter than it was is an error.
func (t *tarWriter) content(r io.Reader, size int64) error {
	n, err := io.CopyN(writerFunc(t.write), r, size)
	if err != nil {
		return fmt.Errorf("%d of %d bytes: %w", n, size, err)
	}
	return t.pad(tarBlock)
}

// close ends the archive.
func (t *tarWriter) close() error {
	if err := t.write(make([]byte, 2*tarBlock)); err != nil {
		return err
	}
	return t.pad(tarRecord)
}

func (t *tarWriter) pad(to int64) error { return t.write(make([]byte, (to-t.n%to)%to)) }

func (t *tarWriter) write(b []byte) error {
	n, err := t.w.Write(b)
	t.n += int64(n)
	return err
}

// writerFunc is a writer that always takes all.
type writerFunc func(b []byte) error

func (f writerFunc) Write(b []byte) (int, error) {
	if err := f(b); err != nil {
		return 0, err
	}
	return len(b), nil
}
