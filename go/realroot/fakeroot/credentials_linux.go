//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"encoding/binary"
	"slices"
)

// ids are the user ids or the group ids of a process, see credentials(7).
type ids struct{ real, effective, saved, fs uint32 }

// credentials are who a process is. The zero value is root.
type credentials struct {
	user, group ids
	// groups are the supplementary ones, four bytes each, in order. As a
	// string they can be compared.
	groups string
	// keep says that the process shall stay privileged when it becomes another
	// user, as with PR_SET_KEEPCAPS.
	keep bool
}

func (c *credentials) users() *ids    { return &c.user }
func (c *credentials) groupIDs() *ids { return &c.group }

// privileged says whether a process may do everything.
func (c credentials) privileged() bool { return c.user.effective == 0 || c.keep }

// mayChown says whether a process may change an owner, see chown(2).
func (c credentials) mayChown(a *Attributes, uid, gid uint32) bool {
	if c.user.fs == 0 || c.keep {
		return true
	}
	return a.UID == c.user.fs && (uid == same || uid == a.UID) &&
		(gid == same || gid == a.GID || gid == c.group.fs || slices.Contains(c.supplementary(), gid))
}

func (c credentials) supplementary() []uint32 {
	list := make([]uint32, len(c.groups)/4)
	for i := range list {
		list[i] = binary.NativeEndian.Uint32([]byte(c.groups[4*i:]))
	}
	return list
}

// setter changes the ids of a process as one of the system calls for it does,
// and says whether that is permitted.
type setter func(i *ids, privileged bool, args [6]uint64) bool

func (i ids) among(id uint32) bool { return id == i.real || id == i.effective || id == i.saved }

// set is setuid(2).
func set(i *ids, privileged bool, args [6]uint64) bool {
	id := uint32(args[0])
	switch {
	case privileged:
		*i = ids{id, id, id, id}
	case id == i.real || id == i.saved:
		i.effective, i.fs = id, id
	default:
		return false
	}
	return true
}

// setTwo is setreuid(2).
func setTwo(i *ids, privileged bool, args [6]uint64) bool {
	real, effective := uint32(args[0]), uint32(args[1])
	old := *i
	if real != same {
		if !privileged && real != old.real && real != old.effective {
			return false
		}
		i.real = real
	}
	if effective != same {
		if !privileged && !old.among(effective) {
			*i = old
			return false
		}
		i.effective = effective
	}
	if real != same || effective != same && effective != old.real {
		i.saved = i.effective
	}
	i.fs = i.effective
	return true
}

// setThree is setresuid(2).
func setThree(i *ids, privileged bool, args [6]uint64) bool {
	for _, arg := range args[:3] {
		if id := uint32(arg); id != same && !privileged && !i.among(id) {
			return false
		}
	}
	for n, to := range []*uint32{&i.real, &i.effective, &i.saved} {
		if id := uint32(args[n]); id != same {
			*to = id
		}
	}
	i.fs = i.effective
	return true
}

// setFS is setfsuid(2), which always succeeds.
func setFS(i *ids, privileged bool, args [6]uint64) bool {
	if id := uint32(args[0]); id != same && (privileged || id == i.fs || i.among(id)) {
		i.fs = id
	}
	return true
}
