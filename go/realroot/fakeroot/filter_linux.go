//go:build linux && (amd64 || arm64)

package fakeroot

import "golang.org/x/sys/unix"

// Where struct seccomp_data has what.
const (
	numberOffset       = 0
	architectureOffset = 4
	argsOffset         = 16
	argSize            = 8
)

const allow = unix.SECCOMP_RET_ALLOW

// refuse is the action that makes a system call fail; with 0 it does nothing
// and succeeds.
func refuse(errno unix.Errno) uint32 { return unix.SECCOMP_RET_ERRNO | uint32(errno) }

// rule says what happens with a system call. Only one rule may be for a call.
type rule struct {
	number uint32
	action uint32
	// The action is for calls whose argument number arg has one of the bits of
	// anyOf or is one of oneOf; without both, for all. Others are allowed.
	arg   uint32
	anyOf uint32
	oneOf []uint32
}

func statement(code uint16, k uint32) unix.SockFilter { return unix.SockFilter{Code: code, K: k} }

func jump(test uint16, k uint32, yes, no uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_K | test, K: k, Jt: yes, Jf: no}
}

const (
	load  = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	leave = unix.BPF_RET | unix.BPF_K
)

// compile makes the filter: calls of other architectures are sent to the
// supervisor, which ends the run.
func compile(architecture uint32, rules []rule) []unix.SockFilter {
	program := []unix.SockFilter{
		statement(load, architectureOffset),
		jump(unix.BPF_JEQ, architecture, 1, 0),
		statement(leave, unix.SECCOMP_RET_USER_NOTIF),
		statement(load, numberOffset),
		// On x86-64 these are the calls of the x32 ABI.
		jump(unix.BPF_JGE, 0x40000000, 0, 1),
		statement(leave, refuse(unix.ENOSYS)),
	}
	for _, r := range rules {
		body := r.body()
		program = append(program, jump(unix.BPF_JEQ, r.number, 0, uint8(len(body))))
		program = append(program, body...)
	}
	return append(program, statement(leave, allow))
}

// body is what follows when the number is the rule's. It ends the program.
func (r rule) body() []unix.SockFilter {
	if r.anyOf == 0 && len(r.oneOf) == 0 {
		return []unix.SockFilter{statement(leave, r.action)}
	}
	body := []unix.SockFilter{statement(load, argsOffset+r.arg*argSize)}
	if r.anyOf != 0 {
		body = append(body, jump(unix.BPF_JSET, r.anyOf, 0, 1), statement(leave, r.action))
	}
	for _, value := range r.oneOf {
		body = append(body, jump(unix.BPF_JEQ, value, 0, 1), statement(leave, r.action))
	}
	return append(body, statement(leave, allow))
}
