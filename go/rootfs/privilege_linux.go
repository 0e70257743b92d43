package rootfs

import (
	"fmt"
	"os"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// identities are the ids that the init process can give away.
type identities struct {
	uids, gids []syscall.SysProcIDMap
	setgroups  bool
}

// readIdentities must be called before the container hides the host's /proc.
func readIdentities() (identities, error) {
	uids, err := readIDMap("/proc/self/uid_map")
	if os.IsNotExist(err) {
		all := []syscall.SysProcIDMap{{Size: maxID + 1}} // no user namespaces
		return identities{uids: all, gids: all, setgroups: true}, nil
	}
	if err != nil {
		return identities{}, err
	}
	gids, err := readIDMap("/proc/self/gid_map")
	return identities{uids: uids, gids: gids, setgroups: setgroupsAllowed()}, err
}

// has says whether a command can really run as somebody.
func (ids identities) has(who identity) bool {
	for _, gid := range append([]int{who.gid}, who.groups...) {
		if !mapped(ids.gids, gid) {
			return false
		}
	}
	return ids.setgroups && mapped(ids.uids, who.uid)
}

// attributesFor is how to start a command as somebody. Where there is only one
// id, another user namespace below this one gives it the wanted number.
func (ids identities) attributesFor(who identity) *syscall.SysProcAttr {
	switch {
	case ids.has(who):
		c := &syscall.Credential{Uid: uint32(who.uid), Gid: uint32(who.gid)}
		for _, gid := range who.groups {
			c.Groups = append(c.Groups, uint32(gid))
		}
		return &syscall.SysProcAttr{Credential: c}
	case who.uid == 0 && who.gid == 0:
		return &syscall.SysProcAttr{}
	}
	return &syscall.SysProcAttr{
		Unshareflags: syscall.CLONE_NEWUSER,
		UidMappings:  []syscall.SysProcIDMap{{ContainerID: who.uid, HostID: 0, Size: 1}},
		GidMappings:  []syscall.SysProcIDMap{{ContainerID: who.gid, HostID: 0, Size: 1}},
	}
}

// fixPipes gives the pipes among the standard streams to the command's user, so
// that it can open /dev/stdout and the like.
func (ids identities) fixPipes(who identity) {
	if who.uid == 0 || !ids.has(who) {
		return
	}
	for fd := range 3 {
		var st unix.Stat_t
		if unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO {
			_ = unix.Fchown(fd, who.uid, -1) // a pipe of another namespace stays as it is
		}
	}
}

// keptCapabilities are those that Docker gives a container by default, but for
// CAP_MKNOD: there are no cgroups here to keep device nodes harmless.
var keptCapabilities = []uintptr{
	unix.CAP_AUDIT_WRITE, unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_FSETID,
	unix.CAP_KILL, unix.CAP_NET_BIND_SERVICE, unix.CAP_NET_RAW, unix.CAP_SETFCAP,
	unix.CAP_SETGID, unix.CAP_SETPCAP, unix.CAP_SETUID, unix.CAP_SYS_CHROOT,
}

// dropCapabilities limits what a program that this thread starts can do. The
// thread itself keeps what it has.
func dropCapabilities() error {
	for c := uintptr(0); ; c++ {
		if slices.Contains(keptCapabilities, c) {
			continue
		}
		err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0)
		if err == syscall.EINVAL {
			break // no more capabilities in this kernel
		}
		if err != nil {
			return fmt.Errorf("drop capability %d: %w", c, err)
		}
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	if err := unix.Capget(&header, &sets[0]); err != nil {
		return fmt.Errorf("read capabilities: %w", err)
	}
	sets[0].Inheritable, sets[1].Inheritable = 0, 0
	if err := unix.Capset(&header, &sets[0]); err != nil {
		return fmt.Errorf("drop inheritable capabilities: %w", err)
	}
	return nil
}
