//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// The attributes that hold ACLs, see acl(5).
const (
	accessACL  = "system.posix_acl_access"
	defaultACL = "system.posix_acl_default"
)

// The format of an ACL, <linux/posix_acl_xattr.h>.
const (
	aclVersion   = 2
	aclHeader    = 4
	aclEntry     = 8
	aclUserOwner = 1
	aclGroup     = 4
	aclOther     = 32
)

// setACL is for programs that set permissions by an ACL that says no more than
// a mode, such as cp. Unlike chmod(2) that leaves the other bits of the mode.
func (s *Supervisor) setACL(c *call, f attributedFile, name string) answer {
	if c.args[3] > aclHeader+3*aclEntry {
		return result(unix.EOPNOTSUPP)
	}
	acl := make([]byte, c.args[3])
	if err := c.read(c.args[2], acl); err != nil {
		return result(err)
	}
	if name == defaultACL && len(acl) <= aclHeader {
		return done // none
	}
	permissions, ok := modeOf(acl)
	if name != accessACL || !ok || f.mode&unix.S_IFMT == unix.S_IFLNK {
		return result(unix.EOPNOTSUPP)
	}
	mode := f.mode&0o7000 | permissions
	return result(unix.Fchmodat(f.location.dir, f.location.name, mode, 0))
}

// modeOf gives the permissions that an ACL says, if it says nothing else.
func modeOf(acl []byte) (mode uint32, ok bool) {
	if len(acl) != aclHeader+3*aclEntry || binary.LittleEndian.Uint32(acl) != aclVersion {
		return 0, false
	}
	for i, tag := range []uint16{aclUserOwner, aclGroup, aclOther} {
		entry := acl[aclHeader+i*aclEntry:]
		permissions := binary.LittleEndian.Uint16(entry[2:])
		if binary.LittleEndian.Uint16(entry) != tag || permissions > 7 {
			return 0, false
		}
		mode = mode<<3 | uint32(permissions)
	}
	return mode, true
}
