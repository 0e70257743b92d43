//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// Supervisor answers the system calls of the programs that it runs.
type Supervisor struct {
	listener   listener
	handlers   map[uint32]handler
	identities *identities
	fail       func(error)

	// handling is held while a call is handled, which changes what follows.
	handling sync.Mutex
	inodes   *Inodes
	proc     int    // /proc
	mount    uint64 // the number of the tree's mount
	held     []int  // descriptors for the call that is being handled
	mapped   map[uint64]bool
	// chrooted says that processes may have different root directories. Root
	// is that of the supervisor's thread.
	chrooted        bool
	root, firstRoot root
}

// newSupervisor looks at the root directory and /proc.
func newSupervisor(inodes *Inodes, fail func(error)) (*Supervisor, error) {
	s := &Supervisor{
		handlers: allHandlers(), identities: newIdentities(), fail: fail, inodes: inodes,
		mapped: map[uint64]bool{},
	}
	var st unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, "/", 0, unix.STATX_BASIC_STATS|unix.STATX_MNT_ID, &st); err != nil {
		return nil, err
	}
	s.mount = st.Mnt_id
	s.firstRoot = root{unix.Mkdev(st.Dev_major, st.Dev_minor), st.Ino}
	s.root = s.firstRoot
	var err error
	s.proc, err = unix.Open("/proc", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	return s, err
}

// serve answers until there is nobody left to ask. Its thread is lost for
// everything else.
func (s *Supervisor) serve() error {
	runtime.LockOSThread()
	// The root directory and the umask of this thread change.
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	var n notification
	for {
		err := s.listener.receive(&n)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("receive a system call: %w", err)
		}
		s.handle(&n)
	}
}

func (s *Supervisor) handle(n *notification) {
	s.handling.Lock()
	defer s.handling.Unlock()
	a := toKernel
	if n.data.architecture != architecture {
		s.fail(s.foreign(n))
		a = result(unix.ENOSYS)
	} else if h := s.handlers[uint32(n.data.number)]; h != nil {
		a = h(s, &call{listener: s.listener, id: n.id, tid: int(n.tid), args: n.data.args})
	}
	for _, fd := range s.held {
		_ = unix.Close(fd)
	}
	s.held = s.held[:0]
	r := response{id: n.id, value: a.value, errno: -int32(a.errno)}
	if a.kernel {
		r = response{id: n.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
	}
	s.listener.send(&r)
}

// foreign explains a program of another architecture.
func (s *Supervisor) foreign(n *notification) error {
	program := "a program"
	buffer := make([]byte, unix.PathMax)
	if length, err := unix.Readlinkat(s.proc, filepath.Join(strconv.Itoa(int(n.tid)), "exe"), buffer); err == nil {
		program = string(buffer[:length])
	}
	return fmt.Errorf("%s is no %s program but makes the system calls of another architecture (%#x), such as a 32-bit one: use programs for %[2]s",
		program, runtime.GOARCH, n.data.architecture)
}

// Inodes gives what is known of the files. It must not be changed while
// programs run.
func (s *Supervisor) Inodes() *Inodes {
	s.handling.Lock()
	defer s.handling.Unlock()
	return s.inodes
}
