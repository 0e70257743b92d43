package script

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/script/builtin"
)

// commands are those that need the machine.
func (m *machine) commands() map[string]builtin.Command {
	return map[string]builtin.Command{"sh": m.sh, "bash": m.sh}
}

// maxScript bounds the size of a script that a shell reads.
const maxScript = 16 << 20

// sh is sh and bash: the text after -c, a file, or the standard input.
func (m *machine) sh(c *builtin.Context) int {
	args := c.Args[1:]
	var options []string
	text, hasText, fromInput := "", false, false
	for len(args) > 0 && len(args[0]) > 1 && (args[0][0] == '-' || args[0][0] == '+') {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			break
		}
		if strings.HasPrefix(arg, "--") {
			if slices.Contains([]string{"--norc", "--noprofile", "--posix"}, arg) && arg != "--posix" {
				continue
			}
			return c.Fail(statusUsage, "unrecognised option '%s': these are supported: -c -s -e -u -x -f -a -C -o NAME --norc --noprofile", arg)
		}
		for i := 1; i < len(arg); i++ {
			name, known := map[byte]string{'e': "errexit", 'u': "nounset", 'x': "xtrace", 'f': "noglob", 'a': "allexport", 'C': "noclobber"}[arg[i]]
			switch {
			case arg[i] == 'c' && arg[0] == '-':
				hasText = true
			case arg[i] == 'o' && len(args) > 0:
				name, known = args[0], slices.Contains([]string{"errexit", "nounset", "xtrace", "noglob", "allexport", "noclobber", "pipefail"}, args[0])
				args = args[1:]
			case arg[i] == 's' && arg[0] == '-':
				fromInput = true
				continue
			}
			switch {
			case known && arg[0] == '-':
				options = append(options, name)
			case known:
			case arg[i] == 'c' && arg[0] == '-':
			default:
				return c.Fail(statusUsage, "unrecognised option '%s': these are supported: -c -s -e -u -x -f -a -C -o NAME --norc --noprofile", arg)
			}
		}
	}
	switch {
	case hasText && len(args) == 0:
		return c.Fail(statusUsage, "-c: option requires an argument")
	case hasText:
		text = args[0]
		args = args[1:]
		if len(args) == 0 {
			args = []string{c.Name()}
		}
	case len(args) == 0 || fromInput:
		var err error
		if text, err = readText(c.Stdin); err != nil {
			return c.Fail(1, "read the script: %v", err)
		}
		args = slices.Concat([]string{c.Name()}, args)
	default:
		f, err := c.Open(args[0])
		if err != nil {
			return c.Fail(statusNotFound, "%s: %v", args[0], err)
		}
		defer f.Close()
		if text, err = readText(f); err != nil {
			return c.Fail(1, "%s: %v", args[0], err)
		}
	}
	return m.shell(c, text, args, options, hasText)
}

func readText(r io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxScript+1))
	if err == nil && len(data) > maxScript {
		err = errors.New(fmt.Sprint("it has more than ", maxScript, " bytes"))
	}
	return string(data), err
}
