package builtin

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// fileDirective is one fileDirective of a format, such as "%-10s" or "%Hr": how to pad it, and what it shows.
type fileDirective struct {
	// flags are those of printf: "-", "0", "+", " ", "#" and "'".
	flags string
	width int
	// precision is -1 where none is given, allDecimals for a point without digits.
	precision int
	letter    string
}

// allDecimals is the precision of "%.Y": all decimals of a time, none of anything else.
const allDecimals = -2

// parseFileDirective parses the fileDirective that a format begins with. ok is false when the format ends before the fileDirective does.
func parseFileDirective(format string) (d fileDirective, rest string, ok bool) {
	rest = format[1:]
	d.precision = -1
	end := len(rest) - len(strings.TrimLeft(rest, "-0+ #'"))
	d.flags, rest = rest[:end], rest[end:]
	d.width, rest = leadingDigits(rest)
	if strings.HasPrefix(rest, ".") {
		before := len(rest) - 1
		if d.precision, rest = leadingDigits(rest[1:]); len(rest) == before {
			d.precision = allDecimals
		}
	}
	if rest == "" {
		return d, "", false
	}
	n := 1
	if (rest[0] == 'H' || rest[0] == 'L') && len(rest) > 1 && (rest[1] == 'r' || rest[1] == 'd') {
		n = 2
	}
	d.letter = rest[:n]
	return d, rest[n:], true
}

// leadingDigits reads the number that text begins with, 0 where there is none.
func leadingDigits(text string) (n int, rest string) {
	end := len(text) - len(strings.TrimLeft(text, "0123456789"))
	n, _ = strconv.Atoi(text[:end])
	return n, text[end:]
}

func (d fileDirective) has(flag string) bool { return strings.Contains(d.flags, flag) }

// text pads a text.
func (d fileDirective) text(s string) string {
	if d.precision != -1 && max(0, d.precision) < len(s) {
		s = s[:max(0, d.precision)]
	}
	return d.pad(s, false)
}

// pad fills up to the width, with zeros for numbers where the flags say so.
func (d fileDirective) pad(s string, number bool) string {
	missing := d.width - len(s)
	switch {
	case missing <= 0:
		return s
	case d.has("-"):
		return s + strings.Repeat(" ", missing)
	case d.has("0") && number && d.precision < 0:
		sign := 0
		if s != "" && strings.IndexByte("+- ", s[0]) >= 0 {
			sign = 1
		}
		return s[:sign] + strings.Repeat("0", missing) + s[sign:]
	default:
		return strings.Repeat(" ", missing) + s
	}
}

// number pads the digits of a number.
func (d fileDirective) number(digits string) string {
	if missing := d.precision - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return d.pad(digits, true)
}

// unsigned renders a number that cannot be negative: it never has a sign.
func (d fileDirective) unsigned(n int64) string { return d.number(strconv.FormatInt(n, 10)) }

func (d fileDirective) decimal(n int64) string {
	s := strconv.FormatInt(n, 10)
	switch {
	case n < 0:
	case d.has("+"):
		s = "+" + s
	case d.has(" "):
		s = " " + s
	}
	return d.number(s)
}

func (d fileDirective) octal(n uint32) string {
	s := strconv.FormatUint(uint64(n), 8)
	if d.has("#") && n != 0 {
		s = "0" + s
	}
	return d.number(s)
}

func (d fileDirective) hex(n uint64) string {
	s := strconv.FormatUint(n, 16)
	if d.has("#") && n != 0 {
		s = "0x" + s
	}
	return d.number(s)
}

// seconds renders a time as seconds since 1970, with as many decimals as the precision asks for.
func (d fileDirective) seconds(t time.Time) string {
	precision := d.precision
	d.precision = -1
	switch precision {
	case -1:
		return d.decimal(t.Unix())
	case allDecimals:
		precision = 9
	}
	fraction := fmt.Sprintf("%09d", t.Nanosecond())
	for len(fraction) < precision {
		fraction += "0"
	}
	return d.number(strconv.FormatInt(t.Unix(), 10) + "." + fraction[:precision])
}
