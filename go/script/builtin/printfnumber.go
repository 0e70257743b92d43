package builtin

import (
	"math/big"
	"strings"
)

// longDoubleBits is the precision that GNU's printf and seq calculate with on x86.
const longDoubleBits = 64

// character reads an argument 'c or "c, which means the byte's number.
func character(arg string) (value byte, ok bool) {
	if len(arg) >= 2 && (arg[0] == '\'' || arg[0] == '"') {
		return arg[1], true
	}
	return 0, false
}

// complain reports an argument that is no number, or not wholly: rest is what is not.
func (p *printer) complain(arg, rest string) {
	switch {
	case rest == "" && arg != "":
		return
	case rest == arg:
		p.c.Errorf("%s: expected a numeric value", quote(arg))
	default:
		p.c.Errorf("%s: value not completely converted", quote(arg))
	}
	p.status = 1
}

// integer reads an argument as C does: decimal, 0x, leading 0 for octal, or 'c.
func (p *printer) integer(arg string) (*big.Int, bool) {
	if value, ok := character(arg); ok {
		return big.NewInt(int64(value)), true
	}
	text := strings.TrimLeft(arg, " \t\n\v\f\r")
	sign := ""
	if text != "" && (text[0] == '-' || text[0] == '+') {
		sign, text = text[:1], text[1:]
	}
	base, digits := 10, "0123456789"
	lower := strings.ToLower(text)
	switch {
	case strings.HasPrefix(lower, "0x") && len(text) > 2 && strings.IndexByte("0123456789abcdef", lower[2]) >= 0:
		base, digits, text = 16, "0123456789abcdefABCDEF", text[2:]
	case strings.HasPrefix(text, "0"):
		base, digits = 8, "01234567"
	}
	rest := strings.TrimLeft(text, digits)
	n, ok := new(big.Int).SetString(sign+text[:len(text)-len(rest)], base)
	if !ok {
		p.complain(arg, arg)
		return new(big.Int), false
	}
	p.complain(arg, rest)
	if low, high := minInt64, maxUint64; n.Cmp(low) < 0 || n.Cmp(high) > 0 {
		p.c.Errorf("%s: Numerical result out of range", quote(arg))
		p.status = 1
		if n.Sign() < 0 {
			return low, false
		}
		return high, false
	}
	return n, true
}

var (
	minInt64  = big.NewInt(-1 << 63)
	maxInt64  = big.NewInt(1<<63 - 1)
	maxUint64 = new(big.Int).SetUint64(1<<64 - 1)
)

// integer writes a number for %d, %i, %o, %u, %x or %X, in 64 bits.
func (d directive) integer(n *big.Int) string {
	signed := d.verb == 'd' || d.verb == 'i'
	switch {
	case signed && n.Cmp(maxInt64) > 0:
		n = maxInt64
	case !signed && n.Sign() < 0:
		n = new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), 64))
	}
	base := 10
	switch d.verb {
	case 'o':
		base = 8
	case 'x', 'X':
		base = 16
	}
	digits := new(big.Int).Abs(n).Text(base)
	if d.precision == 0 && n.Sign() == 0 {
		digits = ""
	}
	digits = strings.Repeat("0", max(0, d.precision-len(digits))) + digits
	prefix := ""
	if strings.Contains(d.flags, "#") && n.Sign() != 0 {
		switch {
		case d.verb == 'o' && !strings.HasPrefix(digits, "0"):
			digits = "0" + digits
		case d.verb == 'x' || d.verb == 'X':
			prefix = "0x"
		}
	}
	if d.verb == 'X' {
		digits, prefix = strings.ToUpper(digits), strings.ToUpper(prefix)
	}
	if signed {
		prefix = d.sign(n.Sign() < 0)
	}
	return d.number(prefix, digits, d.precision < 0)
}

// sign is what stands before a number.
func (d directive) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case strings.Contains(d.flags, "+"):
		return "+"
	case strings.Contains(d.flags, " "):
		return " "
	}
	return ""
}

// number pads a number, with zeros between sign and digits where the flags say so.
func (d directive) number(prefix, digits string, zeros bool) string {
	if zeros && strings.Contains(d.flags, "0") && !strings.Contains(d.flags, "-") {
		digits = strings.Repeat("0", max(0, d.width-len(prefix)-len(digits))) + digits
	}
	return d.pad(prefix + digits)
}

// float reads an argument as C does.
func (p *printer) float(arg string) *big.Float {
	if value, ok := character(arg); ok {
		return new(big.Float).SetPrec(longDoubleBits).SetInt64(int64(value))
	}
	text := strings.TrimLeft(arg, " \t\n\v\f\r")
	for n := len(text); n > 0; n-- {
		if strings.ContainsAny(text[:n], "_ ibIBoO") && !isInfinity(text[:n]) {
			continue
		}
		base := 10
		if strings.HasPrefix(strings.ToLower(strings.TrimLeft(text, "+-")), "0x") {
			base = 0
		}
		v, _, err := big.ParseFloat(text[:n], base, longDoubleBits, big.ToNearestEven)
		if err == nil {
			p.complain(arg, text[n:])
			return v
		}
	}
	p.complain(arg, arg)
	return new(big.Float).SetPrec(longDoubleBits)
}

func isInfinity(text string) bool {
	text = strings.ToLower(strings.TrimLeft(text, "+-"))
	return text == "inf" || text == "infinity"
}

// float writes a number for %e, %f or %g.
func (d directive) float(v *big.Float) string {
	precision := d.precision
	if precision < 0 {
		precision = 6
	}
	verb := d.verb | 0x20
	if verb == 'g' && precision == 0 {
		precision = 1
	}
	digits := "inf"
	if !v.IsInf() {
		digits = new(big.Float).Abs(v).Text(verb, precision)
	}
	if d.verb < 'a' {
		digits = strings.ToUpper(digits)
	}
	return d.number(d.sign(v.Signbit()), digits, !v.IsInf())
}
