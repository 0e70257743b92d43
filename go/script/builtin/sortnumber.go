package builtin

import (
	"bytes"
	"cmp"
	"math"
	"strconv"
	"strings"
)

// decimal is a number as sort -n reads it, of any length.
type decimal struct {
	negative        bool
	whole, fraction string // without zeros that do not count
	rest            []byte // what follows the number
}

// readDecimal reads blanks, a minus sign and digits with a point.
func readDecimal(text []byte) decimal {
	text = text[skipBlanksIf(true, text, 0):]
	var d decimal
	if len(text) > 0 && text[0] == '-' {
		d.negative, text = true, text[1:]
	}
	whole, rest := cutDigits(string(text))
	if strings.HasPrefix(rest, ".") {
		d.fraction, rest = cutDigits(rest[1:])
	}
	d.whole, d.fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(d.fraction, "0")
	d.rest = []byte(rest)
	if d.isZero() {
		d.negative = false
	}
	return d
}

func (d decimal) isZero() bool { return d.whole == "" && d.fraction == "" }

func (d decimal) compare(e decimal) int {
	if d.negative != e.negative {
		if d.negative {
			return -1
		}
		return 1
	}
	order := cmp.Or(cmp.Compare(len(d.whole), len(e.whole)), strings.Compare(d.whole, e.whole), strings.Compare(d.fraction, e.fraction))
	if d.negative {
		return -order
	}
	return order
}

func compareNumbers(a, b []byte) int { return readDecimal(a).compare(readDecimal(b)) }

// compareSizes orders numbers with the suffixes of ls -h: by sign, then by suffix, then by number.
func compareSizes(a, b []byte) int {
	x, y := readDecimal(a), readDecimal(b)
	return cmp.Or(cmp.Compare(x.unit(), y.unit()), x.compare(y))
}

func (d decimal) unit() int {
	if d.isZero() || len(d.rest) == 0 {
		return 0
	}
	unit := strings.IndexByte("KMGTPEZYRQ", d.rest[0]) + 1
	if d.rest[0] == 'k' {
		unit = 1
	}
	if d.negative {
		return -unit
	}
	return unit
}

// compareFloats orders numbers as strtold reads them: what is none comes first, then "not a number".
func compareFloats(a, b []byte) int {
	rank := func(key []byte) (int, float64) {
		text := strings.TrimLeft(string(key), " \t\n\v\f\r")
		for n := len(text); n > 0; n-- {
			if text[n-1] == '_' || text[n-1] == ' ' {
				continue
			}
			v, err := strconv.ParseFloat(text[:n], 64)
			if err != nil && !isRangeError(err) {
				continue
			}
			if math.IsNaN(v) {
				return 1, 0
			}
			return 2, v
		}
		return 0, 0
	}
	rankA, x := rank(a)
	rankB, y := rank(b)
	return cmp.Or(cmp.Compare(rankA, rankB), cmp.Compare(x, y))
}

func isRangeError(err error) bool {
	number, ok := err.(*strconv.NumError)
	return ok && number.Err == strconv.ErrRange
}

// sortMonth is 1 to 12 for the abbreviated names of months, 0 for anything else.
func sortMonth(key []byte) int {
	key = bytes.ToUpper(key[skipBlanksIf(true, key, 0):])
	if len(key) < 3 {
		return 0
	}
	at := strings.Index("JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", string(key[:3]))
	if at%3 != 0 {
		return 0
	}
	return at/3 + 1
}
