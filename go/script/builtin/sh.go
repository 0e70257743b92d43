package builtin

import (
	"fmt"
	"io"
	"strings"
)

// runSh is sh and bash: runs a text, a script or its standard input in the interpreter that runs the script itself.
func runSh(c *Context) int {
	s, err := parseShell(c.Args)
	if err != nil {
		return c.usage(err)
	}
	text, args := s.text, append([]string{c.Name()}, s.args...)
	switch {
	case s.hasText:
		if len(s.args) > 0 {
			args = s.args
		}
	case len(s.args) > 0 && !s.stdin:
		if text, err = c.readText(s.args[0]); err != nil {
			return c.Fail(notFound, "%s: %s", s.args[0], reason(err))
		}
		args = s.args
	default:
		all, err := io.ReadAll(c.Stdin)
		if err != nil {
			return c.Fail(notRunnable, "read error: %s", reason(err))
		}
		text = string(all)
	}
	return c.RunShell(c, s.settings+text, args)
}

func (c *Context) readText(name string) (string, error) {
	r, err := c.open(name)
	if err != nil {
		return "", err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	return string(text), err
}

// shellLine is a command line of sh or bash.
type shellLine struct {
	settings string // "set -e; ", on the line of the text's first command so that line numbers stay
	text     string
	hasText  bool // -c
	stdin    bool // -s
	args     []string
}

// parseShell reads bundles of options, each set with "-" or taken back with "+", up to the first operand.
func parseShell(args []string) (shellLine, error) {
	var s shellLine
	rest := args[1:]
	for len(rest) > 0 && len(rest[0]) > 1 && (rest[0][0] == '-' || rest[0][0] == '+') {
		option := rest[0]
		rest = rest[1:]
		if option == "--" {
			break
		}
		if strings.HasPrefix(option, "--") {
			if option != "--norc" && option != "--noprofile" {
				return s, fmt.Errorf("unrecognised option '%s': these are supported: -c -s -e -u -x and the other letters of set, -o NAME, "+
					"--norc --noprofile", option)
			}
			continue
		}
		for _, letter := range option[1:] {
			switch letter {
			case 'c':
				s.hasText = true
			case 's':
				s.stdin = true
			case 'a', 'e', 'f', 'n', 'u', 'v', 'x':
				s.settings += fmt.Sprintf("set %c%c; ", option[0], letter)
			case 'o':
				if len(rest) == 0 {
					return s, fmt.Errorf("option requires an argument -- 'o'")
				}
				s.settings += fmt.Sprintf("set %co %s; ", option[0], shellQuote(rest[0]))
				rest = rest[1:]
			default:
				return s, fmt.Errorf("unrecognised option '%c%c': these are supported: -c -s -a -e -f -n -u -v -x -o NAME", option[0], letter)
			}
		}
	}
	if s.hasText {
		if len(rest) == 0 {
			return s, fmt.Errorf("-c: option requires an argument")
		}
		s.text, rest = rest[0], rest[1:]
	}
	s.args = rest
	return s, nil
}
