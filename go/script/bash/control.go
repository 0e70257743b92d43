package bash

import (
	"strconv"
	"strings"
)

// exec replaces the shell by a command, or keeps redirections.
func exec(sh *Shell, args []string) jump {
	if len(args) == 1 {
		sh.status = 0
		return on
	}
	if args[1] == "--" {
		args = args[1:]
	} else if strings.HasPrefix(args[1], "-") {
		sh.refuse("exec with the option %s", args[1])
	}
	if len(args) == 1 {
		sh.status = 0
		return on
	}
	delete(sh.traps, "EXIT")
	sh.status = sh.external(args[1:])
	if sh.status != 0 {
		sh.note(args[1])
	}
	return exiting
}

func exit(sh *Shell, args []string) jump {
	if len(args) > 1 {
		n, err := strconv.Atoi(args[1])
		switch {
		case err != nil:
			sh.errorf("exit: %s: numeric argument required", args[1])
			sh.status = statusUsage
		case len(args) > 2:
			return sh.failure("exit: too many arguments")
		default:
			sh.status = n & 0xff
		}
	}
	sh.note("exit")
	return exiting
}

func returnCommand(sh *Shell, args []string) jump {
	if !sh.inFunction() && sh.sourced == 0 {
		return sh.usage("return: can only `return' from a function or sourced script")
	}
	if len(args) > 1 {
		n, err := strconv.Atoi(args[1])
		if err != nil {
			sh.errorf("return: %s: numeric argument required", args[1])
			n = statusUsage
		}
		sh.status = n & 0xff
	}
	return returning
}

func breakCommand(sh *Shell, args []string) jump {
	n := 1
	if len(args) > 1 {
		var err error
		if n, err = strconv.Atoi(args[1]); err != nil {
			sh.usage("%s: %s: numeric argument required", args[0], args[1])
			return exiting
		}
		if n < 1 {
			sh.failure("%s: %s: loop count out of range", args[0], args[1])
			n = sh.loops
		}
	}
	sh.status = 0
	if sh.loops == 0 {
		sh.errorf("%s: only meaningful in a `for', `while', or `until' loop", args[0])
		return on
	}
	sh.levels = min(n, sh.loops)
	if args[0] == "break" {
		return breaking
	}
	return continuing
}

func shift(sh *Shell, args []string) jump {
	n := 1
	if len(args) > 1 {
		var err error
		if n, err = strconv.Atoi(args[1]); err != nil {
			return sh.failure("shift: %s: numeric argument required", args[1])
		}
	}
	switch {
	case n < 0:
		return sh.failure("shift: %d: shift count out of range", n)
	case n > len(sh.params):
		sh.status = 1
		return on
	}
	sh.params = sh.params[n:]
	sh.status = 0
	return on
}

// wait waits for nothing: what ran in the background has ended.
func wait(sh *Shell, args []string) jump {
	sh.status = 0
	for _, arg := range args[1:] {
		number, err := strconv.Atoi(strings.TrimPrefix(arg, "%"))
		if strings.HasPrefix(arg, "-") {
			sh.refuse("the option %s of wait", arg)
		}
		job := number
		if !strings.HasPrefix(arg, "%") {
			job = number - firstJob + 1
		}
		if err != nil || job < 1 || job > len(sh.finished) {
			sh.errorf("wait: pid %s is not a child of this shell", arg)
			sh.status = statusNotFound
			continue
		}
		sh.status = sh.finished[job-1]
	}
	return on
}

// firstJob is the process number of the first command in the background.
const firstJob = 1000

func jobNumber(n int) string { return strconv.Itoa(firstJob + n - 1) }
