package builtin

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// escapeStyle is which backslash escapes a text has.
type escapeStyle struct {
	zeroOctal bool // octal digits only behind \0 (echo -e, and besides the others in printf %b)
	octal     bool // \1 to \777 (printf)
	stop      bool // \c ends all output
	quotes    bool // \" (printf)
	unicode   bool // \u and \U (printf)
}

var (
	echoEscapes   = escapeStyle{zeroOctal: true, stop: true}
	printfEscapes = escapeStyle{octal: true, stop: true, quotes: true, unicode: true}
	printfBytes   = escapeStyle{zeroOctal: true, octal: true, stop: true, quotes: true, unicode: true}
)

// escape reads what follows a backslash at the start of text: the bytes it stands for and what is left of text. ok is false when there is
// no such escape; stop when it was \c.
func (s escapeStyle) escape(text string) (out, rest string, ok, stop bool) {
	if text == "" {
		return "", "", false, false
	}
	b := text[0]
	if letter := strings.IndexByte("abefnrtv\\", b); letter >= 0 {
		return "\a\b\x1b\f\n\r\t\v\\"[letter : letter+1], text[1:], true, false
	}
	switch {
	case b == 'c' && s.stop:
		return "", "", true, true
	case b == '"' && s.quotes:
		return `"`, text[1:], true, false
	case b == '0' && s.zeroOctal:
		value, used := leadingNumber(text[1:], 8, 3)
		return string([]byte{byte(value)}), text[1+used:], true, false
	case b >= '0' && b <= '7' && s.octal:
		value, used := leadingNumber(text, 8, 3)
		return string([]byte{byte(value)}), text[used:], true, false
	case b == 'x':
		if value, used := leadingNumber(text[1:], 16, 2); used > 0 {
			return string([]byte{byte(value)}), text[1+used:], true, false
		}
	case b == 'u' && s.unicode || b == 'U' && s.unicode:
		digits := 4
		if b == 'U' {
			digits = 8
		}
		if value, used := leadingNumber(text[1:], 16, digits); used > 0 {
			return characterText(value), text[1+used:], true, false
		}
	}
	return "", text, false, false
}

// characterText is a character in the C locale, which has those of ASCII alone: others are shown by their number.
func characterText(value uint64) string {
	switch {
	case value < utf8.RuneSelf:
		return string([]byte{byte(value)})
	case value <= 0xffff:
		return fmt.Sprintf(`\u%04X`, value)
	}
	return fmt.Sprintf(`\U%08X`, value)
}

// unescape replaces all escapes of a text; what is none stays.
func (s escapeStyle) unescape(text string) (out string, stop bool) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, `\`)
		b.WriteString(before)
		if !found {
			return b.String(), false
		}
		bytes, after, ok, stop := s.escape(rest)
		if stop {
			return b.String(), true
		}
		if !ok {
			b.WriteByte('\\')
		}
		b.WriteString(bytes)
		text = after
	}
}

// leadingNumber reads at most limit digits of that base.
func leadingNumber(text string, base, limit int) (value uint64, used int) {
	for used < min(limit, len(text)) {
		if _, err := strconv.ParseUint(text[used:used+1], base, 8); err != nil {
			break
		}
		used++
	}
	value, _ = strconv.ParseUint(text[:used], base, 64)
	return value, used
}
