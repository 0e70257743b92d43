//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// mmap notes files that can be written through memory, which a tmpfs does not
// always tell by a time. The protection does not matter, as mprotect(2) can
// change it.
func (s *Supervisor) mmap(c *call) answer {
	if c.args[3]&unix.MAP_ANONYMOUS != 0 {
		return toKernel
	}
	task, fd := strconv.Itoa(c.tid), strconv.Itoa(int(int32(c.args[4])))
	info, err := s.readProc(task + "/fdinfo/" + fd)
	if err != nil || !writable(info) {
		return toKernel
	}
	var st unix.Stat_t
	if unix.Fstatat(s.proc, task+"/fd/"+fd, &st, 0) == nil && s.onTree(&st) {
		s.mapped[st.Ino] = true
	}
	return toKernel
}

// writable reads the text of /proc/TID/fdinfo/FD, see proc_pid_fdinfo(5). What
// is only open for writing cannot be mapped.
func writable(info string) bool {
	for line := range strings.Lines(info) {
		if text, ok := strings.CutPrefix(line, "flags:"); ok {
			flags, err := strconv.ParseUint(strings.TrimSpace(text), 8, 32)
			return err == nil && flags&unix.O_ACCMODE == unix.O_RDWR
		}
	}
	return false
}

// Mapped are the inodes of the files that programs mapped into memory so that
// they could write them. It must not be used while programs run.
func (s *Supervisor) Mapped() map[uint64]bool {
	s.handling.Lock()
	defer s.handling.Unlock()
	return s.mapped
}
