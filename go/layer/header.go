package layer

import (
	"archive/tar"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Header describes one entry of a tar.
type Header struct {
	// Name is the entry's path, byte-exact. A directory's gets a "/" at its
	// end if it has none.
	Name string
	// Type is one of archive/tar's TypeReg, TypeLink, TypeSymlink, TypeChar,
	// TypeBlock, TypeDir, TypeFifo.
	Type byte
	// Mode holds the permission bits, setuid, setgid and sticky: 12 bits.
	Mode int64
	// UID and GID are the numeric owner, 0 to MaxOwner.
	UID, GID int64
	// UName and GName are the names of the owner.
	UName, GName string
	// MTime is in seconds since 1970-01-01 UTC.
	MTime int64
	// Size is a regular file's number of bytes.
	Size int64
	// Linkname is a symlink's target or the name of a hard link's first
	// entry, byte-exact.
	Linkname string
	// DevMajor and DevMinor are the numbers of a device.
	DevMajor, DevMinor int64
	// Xattrs are extended attributes by their names, "security.capability".
	Xattrs map[string][]byte
}

// MaxOwner is the largest user or group ID that Linux knows.
const MaxOwner = 1<<32 - 2

const (
	blockSize  = 512
	recordSize = 20 * blockSize

	nameLen  = 100
	ownerLen = 32
	// idLen, deviceLen and longLen are widths of octal numbers, of which the
	// last byte is a zero.
	idLen     = 8
	deviceLen = 8
	longLen   = 12

	paxName = "././@PaxHeader"
)

// check refuses what the format or Linux cannot hold.
func (h *Header) check() error {
	for _, text := range []struct{ what, value string }{
		{"name", h.Name}, {"link name", h.Linkname}, {"user name", h.UName}, {"group name", h.GName},
	} {
		if strings.IndexByte(text.value, 0) >= 0 {
			return fmt.Errorf("the %s %q has a zero byte", text.what, text.value)
		}
	}
	for name := range h.Xattrs {
		if name == "" || strings.ContainsAny(name, "=\x00") {
			return fmt.Errorf("the name %q of an extended attribute is empty, or has a zero byte or a \"=\"", name)
		}
	}
	isDevice := h.Type == tar.TypeChar || h.Type == tar.TypeBlock
	isLink := h.Type == tar.TypeLink || h.Type == tar.TypeSymlink
	switch {
	case h.Name == "":
		return errors.New("the name is empty")
	case strings.IndexByte("0123456", h.Type) < 0:
		return fmt.Errorf("unknown type %q", h.Type)
	case h.Mode&^0o7777 != 0:
		return fmt.Errorf("mode %#o has more than the 12 bits of permissions", h.Mode)
	case h.Size < 0:
		return fmt.Errorf("size %d is negative", h.Size)
	case h.Size > 0 && h.Type != tar.TypeReg:
		return fmt.Errorf("size %d, but only regular files have content", h.Size)
	case isLink != (h.Linkname != ""):
		return fmt.Errorf("link name %q: links have one, others have none", h.Linkname)
	case !isDevice && (h.DevMajor != 0 || h.DevMinor != 0):
		return fmt.Errorf("device %d:%d, but it is not a device", h.DevMajor, h.DevMinor)
	case !fits(h.DevMajor, deviceLen) || !fits(h.DevMinor, deviceLen):
		return fmt.Errorf("device %d:%d: numbers from 0 to %d are possible", h.DevMajor, h.DevMinor, 1<<21-1)
	}
	return checkOwner(h.UID, h.GID)
}

func checkOwner(uid, gid int64) error {
	if uid < 0 || uid > MaxOwner {
		return fmt.Errorf("uid %d is not between 0 and %d", uid, int64(MaxOwner))
	}
	if gid < 0 || gid > MaxOwner {
		return fmt.Errorf("gid %d is not between 0 and %d", gid, int64(MaxOwner))
	}
	return nil
}

// fits says whether a number can stand in an octal field of that width.
func fits(n int64, width int) bool { return 0 <= n && n < 1<<(3*(width-1)) }

// ascii says whether s needs no PAX record for its characters.
func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// block is a ustar header that is filled from its beginning to its end.
type block struct {
	bytes [blockSize]byte
	at    int
}

// text fills a field with s as far as it fits. Each character that is not
// ASCII, and each byte that is not UTF-8, becomes "?".
func (b *block) text(s string, width int) {
	field := b.bytes[b.at : b.at+width]
	b.at += width
	if ascii(s) {
		copy(field, s)
		return
	}
	for i, n := 0, 0; i < len(s) && n < width; n++ {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r >= utf8.RuneSelf {
			r = '?'
		}
		field[n] = byte(r)
		i += size
	}
}

// number fills a field with n in octal and a zero byte. A number that does
// not fit is 0: its value is in a PAX record.
func (b *block) number(n int64, width int) {
	if !fits(n, width) {
		n = 0
	}
	end := b.at + width
	b.bytes[end-1] = 0
	for i := end - 2; i >= b.at; i-- {
		b.bytes[i] = '0' + byte(n&7)
		n >>= 3
	}
	b.at = end
}

// fill writes h, whose name is final, as ustar.
func (b *block) fill(h *Header) {
	*b = block{}
	b.text(h.Name, nameLen)
	b.number(h.Mode, idLen)
	b.number(h.UID, idLen)
	b.number(h.GID, idLen)
	b.number(h.Size, longLen)
	b.number(h.MTime, longLen)
	sum := b.at
	b.text("        ", 8)
	b.text(string(rune(h.Type)), 1)
	b.text(h.Linkname, nameLen)
	b.text("ustar\x0000", 8)
	b.text(h.UName, ownerLen)
	b.text(h.GName, ownerLen)
	if h.Type == tar.TypeChar || h.Type == tar.TypeBlock {
		b.number(h.DevMajor, deviceLen)
		b.number(h.DevMinor, deviceLen)
	}
	var total int64
	for _, c := range b.bytes {
		total += int64(c)
	}
	// Six digits and a zero; the space after them stays.
	b.at = sum
	b.number(total, 7)
}
