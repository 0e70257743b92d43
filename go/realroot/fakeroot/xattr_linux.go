//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"maps"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// The limits of xattr(7).
const (
	maxXattrName  = 255
	maxXattrValue = 64 << 10
	maxXattrList  = 64 << 10
)

// attributed finds the file of a call on extended attributes. With onTree
// false, the kernel shall make the call.
func (s *Supervisor) attributed(c *call, p place) (f attributedFile, onTree bool, err error) {
	f.location, err = s.locate(c, p)
	if err != nil {
		return f, false, err
	}
	st, err := s.status(f.location)
	if err != nil {
		return f, false, err
	}
	f.inode, f.mode = st.Ino, st.Mode
	return f, s.onTree(&st) && !s.elsewhere(f.location), nil
}

// attributedFile is a file of the tree.
type attributedFile struct {
	location location
	inode    uint64
	mode     uint32
}

// xattrName reads and checks the name of an attribute.
func (s *Supervisor) xattrName(c *call) (string, error) {
	name, err := c.readString(c.args[1], maxXattrName+1, unix.ERANGE)
	if err != nil {
		return "", err
	}
	if name == "" {
		return "", unix.ERANGE
	}
	if name == accessACL || name == defaultACL {
		return name, nil
	}
	for _, class := range []string{"user.", "security.", "trusted."} {
		if rest, ok := strings.CutPrefix(name, class); ok {
			if rest == "" {
				return "", unix.EINVAL
			}
			return name, nil
		}
	}
	return "", unix.EOPNOTSUPP
}

func (s *Supervisor) setxattr(c *call, p place) answer {
	f, onTree, err := s.attributed(c, p)
	if err != nil {
		return result(err)
	}
	if !onTree {
		return toKernel
	}
	name, err := s.xattrName(c)
	if err != nil {
		return result(err)
	}
	if strings.HasPrefix(name, "system.") {
		return s.setACL(c, f, name)
	}
	a := s.inodes.of(f.inode)
	_, has := a.Xattrs[name]
	flags := c.args[4]
	switch {
	case !strings.HasPrefix(name, "user.") && !s.credentials(c).privileged():
		return result(unix.EPERM)
	case flags&^(unix.XATTR_CREATE|unix.XATTR_REPLACE) != 0:
		return result(unix.EINVAL)
	case flags&unix.XATTR_CREATE != 0 && has:
		return result(unix.EEXIST)
	case flags&unix.XATTR_REPLACE != 0 && !has:
		return result(unix.ENODATA)
	case c.args[3] > maxXattrValue:
		return result(unix.E2BIG)
	}
	value := make([]byte, c.args[3])
	if err := c.read(c.args[2], value); err != nil {
		return result(err)
	}
	if a.Xattrs == nil {
		a.Xattrs = map[string][]byte{}
	}
	a.Xattrs[name] = value
	s.inodes.Put(f.inode, a)
	return done
}

func (s *Supervisor) getxattr(c *call, p place) answer {
	f, onTree, err := s.attributed(c, p)
	if err != nil {
		return result(err)
	}
	if !onTree {
		return toKernel
	}
	name, err := s.xattrName(c)
	if err != nil {
		return result(err)
	}
	value, has := s.inodes.of(f.inode).Xattrs[name]
	if !has {
		return result(unix.ENODATA)
	}
	return s.sized(c, value, c.args[2], c.args[3])
}

func (s *Supervisor) listxattr(c *call, p place) answer {
	f, onTree, err := s.attributed(c, p)
	if err != nil {
		return result(err)
	}
	if !onTree {
		return toKernel
	}
	var list []byte
	for _, name := range slices.Sorted(maps.Keys(s.inodes.of(f.inode).Xattrs)) {
		list = append(append(list, name...), 0)
	}
	if len(list) > maxXattrList {
		return result(unix.E2BIG)
	}
	return s.sized(c, list, c.args[1], c.args[2])
}

func (s *Supervisor) removexattr(c *call, p place) answer {
	f, onTree, err := s.attributed(c, p)
	if err != nil {
		return result(err)
	}
	if !onTree {
		return toKernel
	}
	name, err := s.xattrName(c)
	if err != nil {
		return result(err)
	}
	if strings.HasPrefix(name, "system.") {
		return done // there is none
	}
	a := s.inodes.of(f.inode)
	if _, has := a.Xattrs[name]; !has {
		return result(unix.ENODATA)
	}
	delete(a.Xattrs, name)
	s.inodes.Put(f.inode, a)
	return done
}

// sized answers with data for a buffer of the process; with one of no bytes it
// only asks for the length.
func (s *Supervisor) sized(c *call, data []byte, buffer, size uint64) answer {
	switch {
	case size == 0:
	case size < uint64(len(data)):
		return result(unix.ERANGE)
	default:
		if err := c.write(buffer, data); err != nil {
			return result(err)
		}
	}
	return answer{value: int64(len(data))}
}
