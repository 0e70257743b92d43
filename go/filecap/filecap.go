// Package filecap reads and writes file capabilities: as the text of
// cap_from_text(3) ("cap_net_bind_service=ep"), and as the bytes of the
// extended attribute security.capability in its revision 2
// (linux/capability.h, struct vfs_cap_data). It follows libcap 2.75.
package filecap

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Attribute is the name of the extended attribute.
const Attribute = "security.capability"

// Set holds one bit for each capability: bit n is capability n.
type Set uint64

// Capabilities are what a file gives to a process that executes it.
type Capabilities struct {
	Effective, Permitted, Inheritable Set
}

// names are the capabilities that Linux has, in the order of their numbers.
var names = []string{
	"cap_chown", "cap_dac_override", "cap_dac_read_search", "cap_fowner", "cap_fsetid", "cap_kill", "cap_setgid", "cap_setuid",
	"cap_setpcap", "cap_linux_immutable", "cap_net_bind_service", "cap_net_broadcast", "cap_net_admin", "cap_net_raw", "cap_ipc_lock",
	"cap_ipc_owner", "cap_sys_module", "cap_sys_rawio", "cap_sys_chroot", "cap_sys_ptrace", "cap_sys_pacct", "cap_sys_admin",
	"cap_sys_boot", "cap_sys_nice", "cap_sys_resource", "cap_sys_time", "cap_sys_tty_config", "cap_mknod", "cap_lease",
	"cap_audit_write", "cap_audit_control", "cap_setfcap", "cap_mac_override", "cap_mac_admin", "cap_syslog", "cap_wake_alarm",
	"cap_block_suspend", "cap_audit_read", "cap_perfmon", "cap_bpf", "cap_checkpoint_restore",
}

// all are the capabilities that have names.
var all = Set(1)<<len(names) - 1

// Revisions of the attribute, and its flag for "effective".
const (
	revisionMask  = 0xff000000
	revision2     = 0x02000000
	revision3     = 0x03000000
	effectiveFlag = 1
)

// ErrEffective says that a file cannot have such capabilities: the kernel
// stores one bit for all effective ones.
var ErrEffective = errors.New("effective file capabilities must either be empty, or exactly match the union of the permitted " +
	"and inheritable ones")

// Encode gives the bytes of the attribute.
func (c Capabilities) Encode() ([]byte, error) {
	magic := uint32(revision2)
	if c.Effective != 0 {
		if c.Effective != c.Permitted|c.Inheritable {
			return nil, ErrEffective
		}
		magic |= effectiveFlag
	}
	b := binary.LittleEndian.AppendUint32(nil, magic)
	for _, shift := range []int{0, 32} {
		b = binary.LittleEndian.AppendUint32(b, uint32(c.Permitted>>shift))
		b = binary.LittleEndian.AppendUint32(b, uint32(c.Inheritable>>shift))
	}
	return b, nil
}

// Decode reads the bytes of the attribute, of revision 2 or 3.
func Decode(b []byte) (Capabilities, error) {
	if len(b) < 20 {
		return Capabilities{}, fmt.Errorf("%s has %d bytes, want 20", Attribute, len(b))
	}
	magic := binary.LittleEndian.Uint32(b)
	if r := magic & revisionMask; r != revision2 && r != revision3 {
		return Capabilities{}, fmt.Errorf("%s has revision %d, want 2 or 3", Attribute, r>>24)
	}
	word := func(i int) Set { return Set(binary.LittleEndian.Uint32(b[4+4*i:])) }
	c := Capabilities{Permitted: word(0) | word(2)<<32, Inheritable: word(1) | word(3)<<32}
	if magic&effectiveFlag != 0 {
		c.Effective = c.Permitted | c.Inheritable
	}
	return c, nil
}
