package bash

import (
	"strconv"
	"strings"
)

// getopts is where getopts is in an argument.
type getopts struct {
	// inside is the number of bytes of the argument that were read.
	inside int
}

// getoptsCommand reads the next option of the parameters.
func getoptsCommand(sh *Shell, args []string) jump {
	if len(args) < 3 {
		return sh.usage("getopts: usage: getopts optstring name [arg ...]")
	}
	spec, name, params := args[1], args[2], sh.params
	if len(args) > 3 {
		params = args[3:]
	}
	silent := strings.HasPrefix(spec, ":")
	index, err := strconv.Atoi(sh.text("OPTIND"))
	if err != nil || index < 1 {
		index = 1
		sh.getopts.inside = 0
	}
	option, value, message := byte('?'), "", ""
	hasValue, done := false, false
	if index > len(params) || params[index-1] == "-" || !strings.HasPrefix(params[index-1], "-") {
		done = true
	} else if params[index-1] == "--" && sh.getopts.inside == 0 {
		done = true
		index++
	} else {
		arg := params[index-1]
		at := max(sh.getopts.inside, 1)
		letter := arg[at]
		at++
		found := strings.IndexByte(strings.TrimPrefix(spec, ":"), letter)
		takes := found >= 0 && letter != ':' && strings.HasPrefix(strings.TrimPrefix(spec, ":")[found+1:], ":")
		switch {
		case found < 0 || letter == ':':
			value, hasValue = string([]byte{letter}), silent
			message = "illegal option -- " + string([]byte{letter})
		case !takes:
			option = letter
		case at < len(arg):
			option, value, hasValue = letter, arg[at:], true
			at = len(arg)
		case index < len(params):
			option, value, hasValue = letter, params[index], true
			index++
		default:
			message = "option requires an argument -- " + string([]byte{letter})
			if silent {
				option = ':'
			}
			value, hasValue = string([]byte{letter}), silent
		}
		if at >= len(arg) {
			index++
			at = 0
		}
		defer func() { sh.getopts.inside = at }()
	}
	if message != "" && !silent && sh.text("OPTERR") != "0" {
		sh.errorf("%s", message)
	}
	if err := sh.setText("OPTIND", strconv.Itoa(index)); err != nil {
		return sh.failure("getopts: %v", err)
	}
	if err := sh.unset("OPTARG"); err != nil {
		return sh.failure("getopts: %v", err)
	}
	if hasValue {
		if err := sh.setText("OPTARG", value); err != nil {
			return sh.failure("getopts: %v", err)
		}
	}
	sh.status = int(truth(done))
	if err := sh.setText(name, string([]byte{option})); err != nil {
		return sh.failure("getopts: %v", err)
	}
	return on
}
