package bash

import "strings"

// eval runs its arguments as a script.
func eval(sh *Shell, args []string) jump {
	if len(args) > 1 && args[1] == "--" {
		args = args[1:]
	}
	text := strings.Join(args[1:], " ")
	if strings.TrimSpace(text) == "" {
		sh.status = 0
		return on
	}
	return sh.nested(text, "eval")
}

// nested runs a text that a command got, in the shell itself.
func (sh *Shell) nested(text, what string) jump {
	if sh.depth++; sh.depth > maxDepth {
		sh.refuse("a recursion of more than %d levels", maxDepth)
	}
	defer func() { sh.depth-- }()
	src := sh.source
	p := sh.parse(text, what)
	sh.source = p.source
	if len(p.statements) == 0 {
		sh.status = 0
	}
	j := sh.statements(p.statements)
	sh.source = src
	return j
}

// sourceCommand runs a file as a part of the script.
func sourceCommand(sh *Shell, args []string) jump {
	if len(args) > 1 && args[1] == "--" {
		args = args[1:]
	}
	if len(args) < 2 {
		return sh.usage("%s: filename argument required", args[0])
	}
	text, err := sh.readScript(args[1])
	if err != nil {
		return sh.failure("%s: %s", args[1], reason(err))
	}
	params := sh.params
	if len(args) > 2 {
		sh.params = args[2:]
	}
	given := sh.params
	loops := sh.loops
	sh.sourced++
	j := sh.nested(text, args[1])
	sh.sourced--
	sh.loops = loops
	if len(args) > 2 && same(given, sh.params) {
		sh.params = params
	}
	if j == returning {
		j = on
	}
	return j
}

// same says whether two lists are the same one.
func same(a, b []string) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
