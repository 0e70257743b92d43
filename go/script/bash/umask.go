package bash

import (
	"fmt"
	"strconv"
	"strings"
)

// umask shows or sets the umask.
func umask(sh *Shell, args []string) jump {
	symbolic, command := false, false
	args = args[1:]
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		for _, c := range args[0][1:] {
			switch c {
			case 'S':
				symbolic = true
			case 'p':
				command = true
			default:
				sh.refuse("the option -%c of umask", c)
			}
		}
		args = args[1:]
	}
	sh.status = 0
	if len(args) == 0 {
		text := fmt.Sprintf("%04o", sh.umask)
		if symbolic {
			text = symbolicMask(sh.umask)
		}
		if command {
			text = "umask " + text
		}
		fmt.Fprintln(sh.stdout(), text)
		return on
	}
	mask, ok := parseMask(args[0], sh.umask)
	if !ok {
		return sh.failure("umask: %s: invalid octal number or symbolic mode", args[0])
	}
	sh.umask = mask
	return on
}

func symbolicMask(mask uint32) string {
	var parts []string
	for i, who := range "ugo" {
		bits := ^mask >> (6 - 3*i) & 7
		part := string(who) + "="
		for j, c := range "rwx" {
			if bits&(4>>j) != 0 {
				part += string(c)
			}
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}

// parseMask reads a umask in octal, or in symbols, which say what is allowed.
func parseMask(text string, old uint32) (uint32, bool) {
	if text[0] >= '0' && text[0] <= '9' {
		n, err := strconv.ParseUint(text, 8, 32)
		return uint32(n), err == nil && n <= 0o777
	}
	allowed := ^old & 0o777
	for clause := range strings.SplitSeq(text, ",") {
		at := strings.IndexAny(clause, "+-=")
		if at < 0 {
			return 0, false
		}
		who, bits := uint32(0), uint32(0)
		for _, c := range clause[:at] {
			switch c {
			case 'u':
				who |= 0o700
			case 'g':
				who |= 0o070
			case 'o':
				who |= 0o007
			case 'a':
				who |= 0o777
			default:
				return 0, false
			}
		}
		if at == 0 {
			who = 0o777
		}
		for _, c := range clause[at+1:] {
			i := strings.IndexRune("rwx", c)
			if i < 0 {
				return 0, false
			}
			bits |= 0o444 >> i
		}
		switch clause[at] {
		case '+':
			allowed |= bits & who
		case '-':
			allowed &^= bits & who
		default:
			allowed = allowed&^who | bits&who
		}
	}
	return ^allowed & 0o777, true
}
