package rootfs

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// sysctls are the settings that can forbid user namespaces, and what allows
// them.
var sysctls = []struct{ name, allows string }{
	{"user.max_user_namespaces", "more than 0"},
	{"kernel.unprivileged_userns_clone", "1"},
	{"kernel.apparmor_restrict_unprivileged_userns", "0"},
}

// whyForbidden says what to look at when the kernel refuses namespaces.
func whyForbidden() string {
	var settings []string
	for _, s := range sysctls {
		value := "not there"
		if data, err := os.ReadFile("/proc/sys/" + strings.ReplaceAll(s.name, ".", "/")); err == nil {
			value = "here " + strings.TrimSpace(string(data))
		}
		settings = append(settings, fmt.Sprintf("%s (%s; %s allows them)", s.name, value, s.allows))
	}
	return "the kernel, or the sandbox or chroot around this program, allows no user namespaces: see the sysctls " + strings.Join(settings, ", ")
}

// checkProc checks that /proc is there and is this process's own: through it,
// new processes get their ids.
func checkProc() error {
	self, err := os.Readlink("/proc/self")
	if err != nil {
		return &UnavailableError{Reason: "no /proc is mounted", Err: err}
	}
	if self != strconv.Itoa(os.Getpid()) {
		return &UnavailableError{Reason: fmt.Sprintf("the /proc of the sandbox around this program is not the sandbox's own: process %d is %s there", os.Getpid(), self)}
	}
	return nil
}

// refusal says whether an error is one of those with which kernels, security
// modules and sandboxes refuse namespaces.
func refusal(err error) bool {
	return isOneOf(err, syscall.EPERM, syscall.EACCES, syscall.EINVAL, syscall.ENOSPC, syscall.EUSERS, syscall.ENOSYS)
}

// namespaceLimit says whether an error of starting a program in a new user
// namespace is about the namespace; the others are about the program.
func namespaceLimit(err error) bool {
	return isOneOf(err, syscall.EPERM, syscall.ENOSPC, syscall.EUSERS)
}

func isOneOf(err error, list ...syscall.Errno) bool {
	for _, errno := range list {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

// setgroupsAllowed says whether processes of this user namespace may change
// their supplementary groups.
func setgroupsAllowed() bool {
	data, err := os.ReadFile("/proc/self/setgroups")
	return err != nil || strings.TrimSpace(string(data)) != "deny"
}
