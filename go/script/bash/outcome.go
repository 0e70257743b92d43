package bash

import "errors"

// errSilent is a failure that was reported, or needs no report.
var errSilent = errors.New("failed")

// report writes an error's message, unless it was already reported.
func (sh *Shell) report(err error) {
	if !errors.Is(err, errSilent) {
		sh.errorf("%v", err)
	}
}

// statusMissing is the exit status of "bash -c" for a parameter without a value.
const statusMissing = 127

// expansionFailed reports a failed expansion, which ends the shell.
func (sh *Shell) expansionFailed(err error) jump {
	sh.checkHost()
	sh.report(err)
	sh.status = 1
	var e *expansionError
	if errors.As(err, &e) {
		sh.status = e.status
		if e.missing && sh.config.Argument && !sh.subshell {
			sh.status = statusMissing
		}
	}
	sh.note("an expansion")
	return exiting
}

// note keeps what failed, for the message that the script failed.
func (sh *Shell) note(command string) {
	sh.failedAt, sh.failedCommand = sh.pos, command
}

// checked is what comes after a command that can end the shell by its exit
// status.
func (sh *Shell) checked(name string) jump {
	sh.checkHost()
	sh.pipeStatus = []int{sh.status}
	if sh.status == 0 || sh.ignoring > 0 {
		return on
	}
	sh.errTrap()
	if sh.options["errexit"] {
		sh.note(name)
		return exiting
	}
	return on
}

// checkedSubshell is checked, but what failed in the subshell is what failed.
func (sh *Shell) checkedSubshell(name string) jump {
	at, command := sh.failedAt, sh.failedCommand
	j := sh.checked(name)
	if j == exiting && command != "" {
		sh.failedAt, sh.failedCommand = at, command
	}
	return j
}
