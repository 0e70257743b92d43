package builtin

import (
	"fmt"
	"strings"
	"time"
)

// dateField is a "%" of a format.
type dateField struct {
	pad          byte // '0', '_', '-' or '+'; 0: as the conversion has it
	upper, other bool
	width        int
	colons       int
	letter       byte
}

// formatDate writes a time as date does in the C locale.
func formatDate(format string, t time.Time) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(format, "%")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		field, after := parseDateField(rest)
		text, ok := field.format(t)
		if !ok {
			text = "%" + rest[:len(rest)-len(after)]
		}
		b.WriteString(text)
		format = after
	}
}

// parseDateField reads flags, width, modifiers and letter.
func parseDateField(text string) (f dateField, rest string) {
	i := 0
flags:
	for ; i < len(text); i++ {
		switch text[i] {
		case '_', '-', '0', '+':
			f.pad = text[i]
		case '^':
			f.upper = true
		case '#':
			f.other = true
		default:
			break flags
		}
	}
	for ; i < len(text) && isDigit(text[i]); i++ {
		f.width = min(f.width*10+int(text[i]-'0'), 1<<10)
	}
	for ; i < len(text) && text[i] == ':'; i++ {
		f.colons++
	}
	if f.colons == 0 && i+1 < len(text) && (text[i] == 'E' || text[i] == 'O') {
		i++
	}
	if i == len(text) {
		return f, ""
	}
	f.letter = text[i]
	return f, text[i+1:]
}

// format writes one field; ok is false for a letter that means nothing.
func (f dateField) format(t time.Time) (text string, ok bool) {
	if f.letter == 'N' {
		return f.nanoseconds(t), true
	}
	if n, width, pad, ok := dateNumber(f.letter, t); ok {
		return f.number(n, width, pad), true
	}
	if text, ok = f.text(t); !ok {
		return "", false
	}
	switch {
	case f.upper, f.other && f.letter != 'Z' && f.letter != 'p':
		text = strings.ToUpper(text)
	case f.other:
		text = strings.ToLower(text)
	}
	pad := " "
	if f.pad == '0' {
		pad = "0"
	}
	if f.pad != '-' {
		text = strings.Repeat(pad, max(0, f.width-len(text))) + text
	}
	return text, true
}

// number pads a number.
func (f dateField) number(n int64, width int, pad byte) string {
	if f.pad == '-' && f.width == 0 {
		return fmt.Sprint(n)
	}
	if f.pad == '_' {
		pad = ' '
	} else if f.pad != 0 {
		pad = '0'
	}
	if f.width > 0 {
		width = f.width
	}
	text := fmt.Sprint(n)
	return strings.Repeat(string(rune(pad)), max(0, width-len(text))) + text
}

// nanoseconds writes as many digits as the width says.
func (f dateField) nanoseconds(t time.Time) string {
	digits := fmt.Sprintf("%09d", t.Nanosecond())
	switch {
	case f.width == 0 && f.pad == '-':
		return strings.TrimRight(digits, "0")
	case f.width == 0:
		return digits
	case f.width < len(digits):
		return digits[:f.width]
	}
	return digits + strings.Repeat("0", f.width-len(digits))
}

// text writes the conversions that are no numbers.
func (f dateField) text(t time.Time) (string, bool) {
	composed := map[byte]string{
		'c': "%a %b %e %H:%M:%S %Y", 'D': "%m/%d/%y", 'F': "%Y-%m-%d", 'r': "%I:%M:%S %p", 'R': "%H:%M", 'T': "%H:%M:%S", 'x': "%m/%d/%y",
		'X': "%H:%M:%S",
	}
	if format, ok := composed[f.letter]; ok {
		return formatDate(format, t), true
	}
	switch f.letter {
	case '%':
		return "%", true
	case 'n':
		return "\n", true
	case 't':
		return "\t", true
	case 'a':
		return t.Format("Mon"), true
	case 'A':
		return t.Format("Monday"), true
	case 'b', 'h':
		return t.Format("Jan"), true
	case 'B':
		return t.Format("January"), true
	case 'p':
		return t.Format("PM"), true
	case 'P':
		return strings.ToLower(t.Format("PM")), true
	case 'Z':
		return "UTC", true
	case 'z':
		zones := []string{"+0000", "+00:00", "+00:00:00", "+00"}
		if f.colons < len(zones) {
			return zones[f.colons], true
		}
	}
	return "", false
}

// dateNumber is the value of a conversion that is a number, with its usual width and padding.
func dateNumber(letter byte, t time.Time) (n int64, width int, pad byte, ok bool) {
	isoYear, isoWeek := t.ISOWeek()
	hour := (t.Hour()+11)%12 + 1
	numbers := map[byte]struct {
		n     int
		width int
		pad   byte
	}{
		'C': {t.Year() / 100, 2, '0'}, 'd': {t.Day(), 2, '0'}, 'e': {t.Day(), 2, ' '}, 'g': {isoYear % 100, 2, '0'}, 'G': {isoYear, 4, '0'},
		'H': {t.Hour(), 2, '0'}, 'I': {hour, 2, '0'}, 'j': {t.YearDay(), 3, '0'}, 'k': {t.Hour(), 2, ' '}, 'l': {hour, 2, ' '},
		'm': {int(t.Month()), 2, '0'}, 'M': {t.Minute(), 2, '0'}, 'q': {(int(t.Month())-1)/3 + 1, 1, '0'}, 'S': {t.Second(), 2, '0'},
		'u': {(int(t.Weekday())+6)%7 + 1, 1, '0'}, 'U': {(t.YearDay() + 6 - int(t.Weekday())) / 7, 2, '0'}, 'V': {isoWeek, 2, '0'},
		'w': {int(t.Weekday()), 1, '0'}, 'W': {(t.YearDay() + 6 - (int(t.Weekday())+6)%7) / 7, 2, '0'}, 'y': {t.Year() % 100, 2, '0'},
		'Y': {t.Year(), 4, '0'},
	}
	if letter == 's' {
		return t.Unix(), 1, '0', true
	}
	number, ok := numbers[letter]
	return int64(number.n), number.width, number.pad, ok
}
