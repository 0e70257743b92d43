package rootfs

import (
	"errors"
	"fmt"
	"os"
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
	return "the kernel, or the sandbox around this program, allows no user namespaces: see the sysctls " + strings.Join(settings, ", ")
}

// refusal says whether an error is one of those with which kernels, security
// modules and sandboxes refuse namespaces.
func refusal(err error) bool {
	for _, errno := range []syscall.Errno{syscall.EPERM, syscall.EACCES, syscall.EINVAL, syscall.ENOSPC, syscall.EUSERS, syscall.ENOSYS} {
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
