package bash

import (
	"strconv"
	"strings"
)

// integer is an argument as a number: decimal, octal, hexadecimal or 'c.
func (f *formatter) integer(arg string) (n int64, unsigned uint64) {
	text := strings.TrimLeft(arg, " \t\n")
	if text == "" {
		if arg != "" {
			f.fail("%s: invalid number", arg)
		}
		return 0, 0
	}
	if text[0] == '\'' || text[0] == '"' {
		if len(text) > 1 {
			return int64(text[1]), uint64(text[1])
		}
		return 0, 0
	}
	sign, rest := "", text
	if rest[0] == '-' || rest[0] == '+' {
		sign, rest = rest[:1], rest[1:]
	}
	base := 10
	switch {
	case strings.HasPrefix(rest, "0x") || strings.HasPrefix(rest, "0X"):
		base, rest = 16, rest[2:]
	case strings.HasPrefix(rest, "0"):
		base = 8
	}
	end := 0
	for end < len(rest) {
		if _, used := digits(rest[end:end+1], base, 1); used == 0 {
			break
		}
		end++
	}
	if end == 0 || end < len(rest) {
		f.fail("%s: invalid number", arg)
	}
	if end == 0 {
		return 0, 0
	}
	u, err := strconv.ParseUint(rest[:end], base, 64)
	if err != nil {
		f.fail("%s: Numerical result out of range", arg)
	}
	if sign == "-" {
		if u > 1<<63 {
			return -1 << 63, uint64(1) << 63
		}
		return -int64(u), -u
	}
	if u > 1<<63-1 {
		return 1<<63 - 1, u
	}
	return int64(u), u
}

// float is an argument as a number with a fraction.
func (f *formatter) float(arg string) float64 {
	if arg == "" {
		return 0
	}
	if arg[0] == '\'' || arg[0] == '"' {
		n, _ := f.integer(arg)
		return float64(n)
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(arg), 64)
	if err != nil {
		f.fail("%s: invalid number", arg)
	}
	return x
}

func formatInteger(letter byte, flags string, width, precision int, n int64, u uint64) string {
	digits, sign, prefix := "", "", ""
	switch letter {
	case 'd', 'i':
		magnitude := uint64(n)
		if n < 0 {
			magnitude = -magnitude
			sign = "-"
		} else if strings.Contains(flags, "+") {
			sign = "+"
		} else if strings.Contains(flags, " ") {
			sign = " "
		}
		digits = strconv.FormatUint(magnitude, 10)
	case 'u':
		digits = strconv.FormatUint(u, 10)
	case 'o':
		digits = strconv.FormatUint(u, 8)
		if strings.Contains(flags, "#") && digits[0] != '0' {
			digits = "0" + digits
		}
	default:
		digits = strconv.FormatUint(u, 16)
		if strings.Contains(flags, "#") && u != 0 {
			prefix = "0x"
		}
		if letter == 'X' {
			digits, prefix = strings.ToUpper(digits), strings.ToUpper(prefix)
		}
	}
	if precision == 0 && u == 0 {
		digits = ""
	}
	digits = strings.Repeat("0", max(0, precision-len(digits))) + digits
	fill := max(0, width-len(sign)-len(prefix)-len(digits))
	switch {
	case strings.Contains(flags, "-"):
		return sign + prefix + digits + strings.Repeat(" ", fill)
	case strings.Contains(flags, "0") && precision < 0:
		return sign + prefix + strings.Repeat("0", fill) + digits
	}
	return strings.Repeat(" ", fill) + sign + prefix + digits
}

// quoteWord is a text as printf's %q writes it: a word of bash.
func quoteWord(s string) string {
	if s == "" {
		return "''"
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return ansiQuote(s)
		}
	}
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case strings.IndexByte(" '\"\\|&;()<>!{}*[]?^$`,", c) >= 0, c == '#' && i == 0, c == '~' && (i == 0 || s[i-1] == ':' || s[i-1] == '='):
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
