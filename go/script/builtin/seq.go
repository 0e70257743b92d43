package builtin

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// seqNumber is an operand of seq: value times 10 to the power of -places.
type seqNumber struct {
	value  *big.Int
	places int
	width  int // as written
}

// seqRun is what seq writes, in exact decimals.
type seqRun struct {
	first, step, last seqNumber
	separator         string
	width             int // with -w
	format            *directive
	before, after     string // of the directive of -f
}

// runSeq is seq: numbers from FIRST to LAST in steps.
func runSeq(c *Context) int {
	args, operands := splitSeqArgs(c.Args)
	o, err := parseOptions(args, "f,format=", "s,separator=", "w,equal-width")
	if err != nil {
		return c.usage(err)
	}
	s, err := newSeqRun(o, append(o.args, operands...))
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	out := c.newOutput()
	places := max(s.first.places, s.step.places, s.last.places)
	at, step, last := s.first.scaled(places), s.step.scaled(places), s.last.scaled(places)
	started := false
	for ; !out.broken() && at.Cmp(last)*step.Sign() <= 0; at = at.Add(at, step) {
		if started {
			out.WriteString(s.separator)
		}
		started = true
		out.WriteString(s.show(at, places))
	}
	if started {
		out.WriteByte('\n')
	}
	return c.finish(out, 0)
}

// splitSeqArgs takes the operands off the end: negative numbers look like options.
func splitSeqArgs(args []string) (options, operands []string) {
	for i := 1; i < len(args); i++ {
		arg := args[i]
		if arg == "-f" || arg == "-s" || arg == "--format" || arg == "--separator" {
			i++
			continue
		}
		if len(arg) > 1 && arg[0] == '-' && (isDigit(arg[1]) || arg[1] == '.') || arg != "" && arg[0] != '-' {
			return args[:i], args[i:]
		}
	}
	return args, nil
}

func newSeqRun(o *options, operands []string) (*seqRun, error) {
	switch {
	case len(operands) == 0:
		return nil, errors.New("missing operand")
	case len(operands) > 3:
		return nil, fmt.Errorf("extra operand %s", quote(operands[3]))
	}
	s := &seqRun{separator: "\n", first: seqNumber{big.NewInt(1), 0, 1}, step: seqNumber{big.NewInt(1), 0, 1}}
	into := [][]*seqNumber{{&s.last}, {&s.first, &s.last}, {&s.first, &s.step, &s.last}}[len(operands)-1]
	for i, text := range operands {
		n, ok := parseSeqNumber(text)
		if !ok {
			return nil, fmt.Errorf("invalid floating point argument: %s", quote(text))
		}
		*into[i] = n
	}
	if s.step.value.Sign() == 0 {
		return nil, fmt.Errorf("invalid Zero increment value: %s", quote(operands[1]))
	}
	if text, given := o.value("s"); given {
		s.separator = text
	}
	if text, given := o.value("f"); given {
		if o.has("w") {
			return nil, errors.New("format string may not be specified when printing equal width strings")
		}
		return s, s.setFormat(text)
	}
	if o.has("w") {
		places := max(s.first.places, s.step.places)
		s.width = max(s.first.widthWith(places), s.last.widthWith(places))
	}
	return s, nil
}

// parseSeqNumber reads a decimal number.
func parseSeqNumber(text string) (seqNumber, bool) {
	n := seqNumber{width: len(text)}
	text = strings.TrimPrefix(text, "+")
	if strings.HasPrefix(text, "-.") || strings.HasPrefix(text, ".") {
		n.width++ // the zero that is written before the point
	}
	whole, fraction, point := strings.Cut(text, ".")
	if point && fraction == "" {
		n.width--
	}
	if strings.Trim(whole, "-0123456789")+strings.Trim(fraction, "0123456789") != "" || whole+fraction == "" {
		return n, false
	}
	n.places = len(fraction)
	value, ok := new(big.Int).SetString(whole+fraction, 10)
	n.value = value
	return n, ok
}

// scaled is the number as an integer of units of 10 to the power of -places.
func (n seqNumber) scaled(places int) *big.Int {
	return new(big.Int).Mul(n.value, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places-n.places)), nil))
}

// widthWith is how wide the number is with so many places behind the point.
func (n seqNumber) widthWith(places int) int {
	width := n.width + places - n.places
	switch {
	case n.places > 0 && places == 0:
		width--
	case n.places == 0 && places > 0:
		width++
	}
	return width
}

// show writes a number, in units of 10 to the power of -places.
func (s *seqRun) show(n *big.Int, places int) string {
	if s.format != nil {
		v := new(big.Float).SetPrec(longDoubleBits).SetRat(new(big.Rat).SetFrac(n, seqNumber{big.NewInt(1), 0, 1}.scaled(places)))
		return s.before + s.format.float(v) + s.after
	}
	digits := new(big.Int).Abs(n).String()
	digits = strings.Repeat("0", max(0, places+1-len(digits))) + digits
	shown := max(s.first.places, s.step.places)
	text := digits[:len(digits)-places]
	if shown > 0 {
		text += "." + digits[len(digits)-places:][:shown]
	}
	sign := ""
	if n.Sign() < 0 {
		sign = "-"
	}
	return sign + strings.Repeat("0", max(0, s.width-len(sign)-len(text))) + text
}

// setFormat reads the option -f: a format of printf with one directive for a floating point number.
func (s *seqRun) setFormat(format string) error {
	var texts []string
	text, rest := "", format
	for rest != "" {
		before, after, found := strings.Cut(rest, "%")
		text += before
		rest = after
		switch {
		case !found:
		case strings.HasPrefix(after, "%"):
			text, rest = text+"%", after[1:]
		case s.format != nil:
			return fmt.Errorf("format %s has too many %% directives", quote(format))
		default:
			p := printer{}
			d, end, err := p.directive(after)
			if err == nil && strings.IndexByte("eEfFgG", d.verb) < 0 {
				err = fmt.Errorf("unknown %%%c directive", d.verb)
			}
			if err != nil {
				return fmt.Errorf("format %s has %w", quote(format), err)
			}
			s.format, rest = &d, end
			texts, text = append(texts, text), ""
		}
	}
	if s.format == nil {
		return fmt.Errorf("format %s has no %% directive", quote(format))
	}
	s.before, s.after = texts[0], text
	return nil
}
