//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"encoding/binary"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// rlimitLocks is the resource limit RLIMIT_LOCKS of <asm-generic/resource.h>,
// which nothing has used since Linux 2.4.25. Its soft value in a process is the
// index of its credentials.
const rlimitLocks = 10

// identities are all credentials that processes ever had.
type identities struct {
	list  []credentials
	index map[credentials]uint64
}

func newIdentities() *identities {
	return &identities{list: []credentials{{}}, index: map[credentials]uint64{{}: 0}}
}

// beRoot gives this process, and those that it starts, the credentials of root.
func beRoot() error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(rlimitLocks, &limit); err != nil {
		return err
	}
	if limit.Max < 1<<16 {
		return fmt.Errorf("the hard resource limit \"locks\" of this process is %d: set it to unlimited", limit.Max)
	}
	limit.Cur = 0
	return unix.Setrlimit(rlimitLocks, &limit)
}

// credentials are those of the process.
func (s *Supervisor) credentials(c *call) credentials {
	var limit unix.Rlimit
	if unix.Prlimit(c.tid, rlimitLocks, nil, &limit) != nil || limit.Cur >= uint64(len(s.identities.list)) {
		return credentials{} // it was killed
	}
	return s.identities.list[limit.Cur]
}

func (s *Supervisor) setCredentials(c *call, to credentials) error {
	index, ok := s.identities.index[to]
	if !ok {
		index = uint64(len(s.identities.list))
		s.identities.list = append(s.identities.list, to)
		s.identities.index[to] = index
	}
	var limit unix.Rlimit
	if err := unix.Prlimit(c.tid, rlimitLocks, nil, &limit); err != nil {
		return err
	}
	limit.Cur = index
	return unix.Prlimit(c.tid, rlimitLocks, &limit, nil)
}

// change changes the user or the group ids of a process.
func (s *Supervisor) change(c *call, which func(*credentials) *ids, how setter) answer {
	who := s.credentials(c)
	switch changed := how(which(&who), who.privileged(), c.args); {
	case !changed:
		return result(unix.EPERM)
	case slices.Contains([]uint32{which(&who).real, which(&who).effective}, same):
		return result(unix.EINVAL)
	}
	if err := s.setCredentials(c, who); err != nil {
		return result(err)
	}
	return done
}

// changeFS is setfsuid(2) and setfsgid(2), which answer with the old id.
func (s *Supervisor) changeFS(c *call, which func(*credentials) *ids) answer {
	who := s.credentials(c)
	old := which(&who).fs
	if a := s.change(c, which, setFS); a.errno != 0 {
		return a
	}
	return value(old)
}

// getres is getresuid(2) and getresgid(2).
func (s *Supervisor) getres(c *call, of ids) answer {
	for i, id := range []uint32{of.real, of.effective, of.saved} {
		if err := c.write(c.args[i], binary.NativeEndian.AppendUint32(nil, id)); err != nil {
			return result(err)
		}
	}
	return done
}

func (s *Supervisor) getgroups(c *call) answer {
	groups := s.credentials(c).groups
	count, size := len(groups)/4, int32(c.args[0])
	if size != 0 {
		if int(size) < count {
			return result(unix.EINVAL)
		}
		if err := c.write(c.args[1], []byte(groups)); err != nil {
			return result(err)
		}
	}
	return answer{value: int64(count)}
}

// maxGroups is NGROUPS_MAX of <linux/limits.h>.
const maxGroups = 65536

func (s *Supervisor) setgroups(c *call) answer {
	who := s.credentials(c)
	if !who.privileged() {
		return result(unix.EPERM)
	}
	count := uint32(c.args[0])
	if count > maxGroups {
		return result(unix.EINVAL)
	}
	data := make([]byte, 4*count)
	if err := c.read(c.args[1], data); err != nil {
		return result(err)
	}
	who.groups = string(data)
	list := who.supplementary()
	slices.Sort(list) // as the kernel does
	data = data[:0]
	for _, group := range list {
		data = binary.NativeEndian.AppendUint32(data, group)
	}
	who.groups = string(data)
	return result(s.setCredentials(c, who))
}

// prlimit is only asked for the limit that holds the credentials. Linux ignores
// it, so that it makes no difference that nothing is set.
func (s *Supervisor) prlimit(c *call) answer {
	if c.args[2] != 0 {
		return done
	}
	return toKernel
}
