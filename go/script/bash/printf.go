package bash

import (
	"fmt"
	"strconv"
	"strings"
)

// printf formats its arguments, on the standard output or into a variable.
func printf(sh *Shell, args []string) jump {
	args = args[1:]
	variable, into := "", false
	switch {
	case len(args) > 0 && args[0] == "--":
		args = args[1:]
	case len(args) > 0 && strings.HasPrefix(args[0], "-v"):
		into = true
		if variable = args[0][2:]; variable == "" && len(args) > 1 {
			variable, args = args[1], args[1:]
		}
		if args = args[1:]; len(args) > 0 && args[0] == "--" {
			args = args[1:]
		}
	case len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-':
		return sh.usage("printf: %s: invalid option", args[0])
	}
	if len(args) == 0 {
		return sh.usage("printf: usage: printf [-v var] format [arguments]")
	}
	f := &formatter{sh: sh, args: args[1:]}
	for {
		before := len(f.args)
		f.format(args[0])
		if f.stopped || len(f.args) == 0 || len(f.args) == before {
			break
		}
	}
	status := int(truth(f.failed))
	if into {
		text, _, _ := strings.Cut(f.out.String(), "\x00")
		if err := sh.assignNamed(variable, text); err != nil {
			return sh.failure("printf: %v", err)
		}
		sh.status = status
		return on
	}
	if j := sh.write("printf", f.out.String()); j != on || sh.status != 0 {
		return j
	}
	sh.status = status
	return on
}

// formatter formats once or more, as long as there are arguments.
type formatter struct {
	sh      *Shell
	out     strings.Builder
	args    []string
	failed  bool
	stopped bool
}

func (f *formatter) next() (string, bool) {
	if len(f.args) == 0 {
		return "", false
	}
	arg := f.args[0]
	f.args = f.args[1:]
	return arg, true
}

func (f *formatter) fail(format string, args ...any) {
	f.sh.errorf("printf: "+format, args...)
	f.failed = true
}

// format writes the format once.
func (f *formatter) format(s string) {
	for i := 0; i < len(s) && !f.stopped; {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i += f.escape(s[i:])
		case s[i] == '%' && strings.HasPrefix(s[i:], "%%"):
			f.out.WriteByte('%')
			i += 2
		case s[i] == '%':
			i += f.directive(s[i:])
		default:
			f.out.WriteByte(s[i])
			i++
		}
	}
}

// escape writes an escape of the format.
func (f *formatter) escape(s string) int {
	switch c := s[1]; {
	case c == 'c':
		f.stopped = true
		return 2
	case c >= '0' && c <= '7':
		n, used := digits(s[1:], 8, 3)
		f.out.WriteByte(byte(n))
		return 1 + used
	case c == '\'' || c == '"' || c == '?':
		f.out.WriteByte(c)
		return 2
	}
	return escapeAt(&f.out, s)
}

// directive writes one argument and gives the length of its directive.
func (f *formatter) directive(s string) int {
	i := 1
	for i < len(s) && strings.IndexByte("-+ #0'", s[i]) >= 0 {
		i++
	}
	flags := s[1:i]
	width, precision := -1, -1
	number := func() int {
		if i < len(s) && s[i] == '*' {
			i++
			arg, _ := f.next()
			n, _ := f.integer(arg)
			return int(n)
		}
		n := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' && n < 1<<20 {
			n = n*10 + int(s[i]-'0')
			i++
		}
		return n
	}
	if width = number(); width < 0 {
		flags, width = flags+"-", -width
	}
	if i < len(s) && s[i] == '.' {
		i++
		precision = number()
	}
	for i < len(s) && strings.IndexByte("hlLjzt", s[i]) >= 0 {
		i++
	}
	if i == len(s) {
		f.fail("`%s': missing format character", s)
		f.stopped = true
		return len(s)
	}
	f.convert(s[i], flags, width, precision)
	return i + 1
}

// convert writes an argument by a directive's letter.
func (f *formatter) convert(letter byte, flags string, width, precision int) {
	switch letter {
	case 's', 'b', 'q', 'c':
		arg, ok := f.next()
		switch letter {
		case 'b':
			arg, f.stopped = unescapeEcho(arg)
		case 'q':
			arg = quoteWord(arg)
			if !ok {
				arg = "''"
			}
		case 'c':
			arg = arg[:min(1, len(arg))]
			if arg == "" {
				arg = "\x00"
			}
		}
		if precision >= 0 && letter != 'c' && precision < len(arg) {
			arg = arg[:precision]
		}
		f.pad(arg, flags, width)
	case 'd', 'i', 'u', 'o', 'x', 'X':
		arg, _ := f.next()
		n, unsigned := f.integer(arg)
		f.out.WriteString(formatInteger(letter, flags, width, precision, n, unsigned))
	case 'e', 'E', 'f', 'F', 'g', 'G':
		arg, _ := f.next()
		x := f.float(arg)
		verb := "%" + strings.ReplaceAll(flags, "'", "")
		if width > 0 {
			verb += strconv.Itoa(width)
		}
		if precision < 0 {
			precision = 6
		}
		f.out.WriteString(fmt.Sprintf(verb+"."+strconv.Itoa(precision)+string(letter), x))
	case 'a', 'A', '(', 'n', 'Q':
		f.sh.refuse("%%%c in a format of printf", letter)
	default:
		f.fail("`%c': invalid format character", letter)
		f.stopped = true
	}
}

// pad writes a text in its width.
func (f *formatter) pad(s, flags string, width int) {
	fill := strings.Repeat(" ", max(0, width-len(s)))
	if strings.Contains(flags, "-") {
		f.out.WriteString(s + fill)
	} else {
		f.out.WriteString(fill + s)
	}
}
