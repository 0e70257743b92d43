package builtin

import (
	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// permissionString renders the twelve permission bits as ls does: "rwxr-sr-x".
func permissionString(mode uint32) string {
	s := []byte("rwxrwxrwx")
	for i := range s {
		if mode&(0o400>>i) == 0 {
			s[i] = '-'
		}
	}
	special := func(at int, bit uint32, letter byte) {
		if mode&bit == 0 {
			return
		}
		if s[at] == '-' {
			letter -= 'a' - 'A'
		}
		s[at] = letter
	}
	special(2, setUID, 's')
	special(5, setGID, 's')
	special(8, sticky, 't')
	return string(s)
}

// modeString renders a file's type and permissions as ls does: "drwxr-xr-x".
func modeString(info scriptfs.Info) string {
	return string(typeLetter(info.Type)) + permissionString(info.Mode)
}

// typeLetter is the letter that ls shows for a type of file.
func typeLetter(t scriptfs.Type) byte {
	switch t {
	case scriptfs.Directory:
		return 'd'
	case scriptfs.Symlink:
		return 'l'
	case scriptfs.CharDevice:
		return 'c'
	case scriptfs.BlockDevice:
		return 'b'
	case scriptfs.FIFO:
		return 'p'
	default:
		return '-'
	}
}

// typeBits are the bits above the permissions that a raw mode has for a type of file.
func typeBits(t scriptfs.Type) uint32 {
	switch t {
	case scriptfs.Directory:
		return 0o040000
	case scriptfs.Symlink:
		return 0o120000
	case scriptfs.CharDevice:
		return 0o020000
	case scriptfs.BlockDevice:
		return 0o060000
	case scriptfs.FIFO:
		return 0o010000
	default:
		return 0o100000
	}
}
