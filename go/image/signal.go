package image

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// signals are the names of Linux's signals, without SIG.
var signals = []string{
	"ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT",
	"RTMAX", "RTMIN", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH",
	"XCPU", "XFSZ",
}

const (
	lastSignal = 64
	// upFromMin and downFromMax are how far from RTMIN and RTMAX names go: RTMIN+15 comes right
	// before RTMAX-14.
	upFromMin, downFromMax = 15, 14
)

// checkSignal wants a signal by its number or name, in the forms that Docker
// takes; an empty one is Docker's default.
func checkSignal(signal string) error {
	name := strings.TrimPrefix(strings.ToUpper(signal), "SIG")
	if signal == "" || slices.Contains(signals, name) {
		return nil
	}
	if n, err := strconv.Atoi(signal); err == nil && n >= 1 && n <= lastSignal {
		return nil
	}
	for prefix, most := range map[string]int{"RTMIN+": upFromMin, "RTMAX-": downFromMax} {
		if digits, ok := strings.CutPrefix(name, prefix); ok {
			if n, err := strconv.Atoi(digits); err == nil && n >= 1 && n <= most {
				return nil
			}
		}
	}
	return fmt.Errorf("%q is not a signal of Linux: want a name like SIGTERM or SIGRTMIN+3, or a number from 1 to %d", signal, lastSignal)
}
