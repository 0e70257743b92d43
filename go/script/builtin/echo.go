package builtin

import "strings"

// runEcho is echo: its arguments, with -e escapes are read.
func runEcho(c *Context) int {
	args, newline, escapes := c.Args[1:], true, false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && strings.Trim(args[0][1:], "neE") == "" {
		for _, letter := range args[0][1:] {
			switch letter {
			case 'n':
				newline = false
			case 'e':
				escapes = true
			case 'E':
				escapes = false
			}
		}
		args = args[1:]
	}
	text := strings.Join(args, " ")
	if escapes {
		var stop bool
		if text, stop = echoEscapes.unescape(text); stop {
			newline = false
		}
	}
	if newline {
		text += "\n"
	}
	out := c.newOutput()
	out.WriteString(text)
	return c.finish(out, 0)
}
