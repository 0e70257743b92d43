package builtin

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// runPrintf is printf: the format, again as long as there are arguments.
func runPrintf(c *Context) int {
	args := c.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return c.Fail(1, "missing operand")
	}
	p := printer{c: c, out: c.newOutput(), args: args[1:]}
	for {
		before := len(p.args)
		if err := p.format(args[0]); err == errPrintfStop {
			break
		} else if err != nil {
			p.status = c.Fail(1, "%v", err)
			break
		}
		if len(p.args) == 0 {
			break
		}
		if len(p.args) == before {
			c.Errorf("warning: ignoring excess arguments, starting with %s", quote(p.args[0]))
			break
		}
	}
	return c.finish(p.out, p.status)
}

// errPrintfStop ends all output: the escape \c.
var errPrintfStop = errors.New("stop")

// printer is a run of printf.
type printer struct {
	c      *Context
	out    output
	args   []string
	status int
}

// directive is one "%" of a format.
type directive struct {
	flags     string
	width     int
	precision int // -1: none
	verb      byte
}

// format writes a format once.
func (p *printer) format(format string) error {
	for format != "" {
		i := strings.IndexAny(format, `%\`)
		if i < 0 {
			p.out.WriteString(format)
			return nil
		}
		p.out.WriteString(format[:i])
		special := format[i]
		format = format[i+1:]
		if special == '\\' {
			text, rest, ok, stop := printfEscapes.escape(format)
			if stop {
				return errPrintfStop
			}
			if !ok {
				text = `\`
			}
			p.out.WriteString(text)
			format = rest
			continue
		}
		if strings.HasPrefix(format, "%") {
			p.out.WriteByte('%')
			format = format[1:]
			continue
		}
		d, rest, err := p.directive(format)
		if err != nil {
			return err
		}
		if err := p.convert(d); err != nil {
			return err
		}
		format = rest
	}
	return nil
}

// directive reads what follows "%".
func (p *printer) directive(format string) (directive, string, error) {
	d := directive{precision: -1}
	rest := strings.TrimLeft(format, "-+ #0'")
	d.flags = format[:len(format)-len(rest)]
	number := func() int {
		if strings.HasPrefix(rest, "*") {
			rest = rest[1:]
			n, _ := p.integer(p.next())
			return int(n.Int64())
		}
		var digits string
		digits, rest = cutDigits(rest)
		n, _ := strconv.Atoi(digits)
		return n
	}
	if d.width = number(); d.width < 0 {
		d.flags, d.width = d.flags+"-", -d.width
	}
	if strings.HasPrefix(rest, ".") {
		rest = rest[1:]
		d.precision = max(number(), -1)
	}
	rest = strings.TrimLeft(rest, "hlLjtz")
	if rest == "" || !strings.Contains("bqscdiouxXeEfFgG", rest[:1]) || d.width > 1<<20 || d.precision > 1<<20 {
		return d, "", fmt.Errorf("%%%s: invalid conversion specification", format[:len(format)-len(rest)+min(1, len(rest))])
	}
	d.verb = rest[0]
	if strings.Contains(d.flags, "#") && strings.Contains("eEfFgG", rest[:1]) || strings.Contains(d.flags, "'") {
		return d, "", fmt.Errorf("%%%s: these flags are not supported", format[:len(format)-len(rest)+1])
	}
	return d, rest[1:], nil
}

// next takes the next argument; it is empty when there is none.
func (p *printer) next() string {
	if len(p.args) == 0 {
		return ""
	}
	arg := p.args[0]
	p.args = p.args[1:]
	return arg
}

// convert writes the next argument as a directive says.
func (p *printer) convert(d directive) error {
	present := len(p.args) > 0
	arg := p.next()
	switch d.verb {
	case 'b':
		text, stop := printfBytes.unescape(arg)
		p.out.WriteString(d.text(text))
		if stop {
			return errPrintfStop
		}
	case 'q':
		p.out.WriteString(d.text(shellQuote(arg)))
	case 's':
		p.out.WriteString(d.text(arg))
	case 'c':
		d.precision = 1
		p.out.WriteString(d.text(arg))
	case 'd', 'i', 'o', 'u', 'x', 'X':
		n := new(big.Int)
		if present {
			n, _ = p.integer(arg)
		}
		p.out.WriteString(d.integer(n))
	default:
		v := new(big.Float).SetPrec(longDoubleBits)
		if present {
			v = p.float(arg)
		}
		p.out.WriteString(d.float(v))
	}
	return nil
}

// text cuts and pads a string.
func (d directive) text(s string) string {
	if d.precision >= 0 && d.precision < len(s) {
		s = s[:d.precision]
	}
	return d.pad(s)
}

// pad fills s up to the width with blanks.
func (d directive) pad(s string) string {
	missing := strings.Repeat(" ", max(0, d.width-len(s)))
	if strings.Contains(d.flags, "-") {
		return s + missing
	}
	return missing + s
}

// shellQuote writes a text so that a shell reads it back: nothing is quoted that need not be.
func shellQuote(s string) string {
	plain := strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+,-./:=@_") == "" && s != ""
	if plain {
		return s
	}
	return quote(s)
}
