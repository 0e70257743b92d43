package rootfs

import (
	"fmt"
	"strings"
)

const (
	whiteoutPrefix = ".wh."
	// opaqueWhiteout hides all that lower layers have in its directory.
	opaqueWhiteout = ".wh..wh..opq"
	// reservedPrefix begins the names of AUFS's own files, which mean nothing.
	reservedPrefix = ".wh..wh."
)

// whiteout applies an entry that removes something instead of adding it, and
// says whether it is one. It removes what lower layers put there and keeps what
// this layer did, before or after.
func (u *unpacker) whiteout(parts []string) (done bool, err error) {
	for _, part := range parts[:len(parts)-1] {
		if strings.HasPrefix(part, reservedPrefix) {
			return true, nil
		}
		if strings.HasPrefix(part, whiteoutPrefix) {
			return true, fmt.Errorf("it is below a whiteout, %s", quote(part))
		}
	}
	base := parts[len(parts)-1]
	hidden, ok := strings.CutPrefix(base, whiteoutPrefix)
	if !ok || strings.HasPrefix(base, reservedPrefix) && base != opaqueWhiteout {
		return ok, nil
	}
	if hidden == "" || hidden == "." || hidden == ".." {
		return true, fmt.Errorf("it is a whiteout of %s, which is no name", quote(hidden))
	}
	parent, err := u.parent(parts)
	if err != nil {
		return true, err
	}
	above := parts[:len(parts)-1]
	if base == opaqueWhiteout {
		return true, u.hideChildren(parent, above)
	}
	return true, u.hide(parent, append(above[:len(above):len(above)], hidden))
}

// hide removes what lower layers put at a path.
func (u *unpacker) hide(parent *node, parts []string) error {
	n := parent.children[parts[len(parts)-1]]
	switch {
	case n == nil:
		return nil
	case !n.holds(u.layer):
		return u.remove(parent, parts)
	case n.kind == directory:
		return u.hideChildren(n, parts)
	}
	return nil
}

func (u *unpacker) hideChildren(n *node, parts []string) error {
	for name := range n.children {
		if err := u.hide(n, append(parts[:len(parts):len(parts)], name)); err != nil {
			return err
		}
	}
	return nil
}
