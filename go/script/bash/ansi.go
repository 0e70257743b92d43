package bash

import (
	"strings"
	"unicode/utf8"
)

// ansi is what $'…' stands for. A zero byte ends it.
func ansi(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		c := text[i]
		if at := strings.IndexByte(`abeEfnrtv\'"?`, c); at >= 0 {
			b.WriteByte("\a\b\x1b\x1b\f\n\r\t\v\\'\"?"[at])
			continue
		}
		digits := func(base, most int) int {
			n := 0
			for ; most > 0 && i+1 < len(text); most-- {
				d := strings.IndexByte("0123456789abcdef", lowerByte(text[i+1]))
				if d < 0 || d >= base {
					break
				}
				n = n*base + d
				i++
			}
			return n
		}
		before := i
		switch {
		case c >= '0' && c <= '7':
			i--
			b.WriteByte(byte(digits(8, 3)))
		case c == 'x':
			if n := digits(16, 2); i > before {
				b.WriteByte(byte(n))
			} else {
				b.WriteString(`\x`)
			}
		case c == 'u', c == 'U':
			n := digits(16, map[byte]int{'u': 4, 'U': 8}[c])
			switch {
			case i == before:
				b.WriteString(text[i-1 : i+1])
			case n < utf8.RuneSelf:
				b.WriteByte(byte(n))
			default:
				// In the C locale there is no such character.
				b.WriteString(`\` + unicodeEscape(n))
			}
		case c == 'c' && i+1 < len(text):
			i++
			b.WriteByte(upperByte(text[i]) & 0x1f)
		default:
			b.WriteString(text[i-1 : i+1])
		}
	}
	s, _, _ := strings.Cut(b.String(), "\x00")
	return s
}

// unicodeEscape is a character as bash writes it where the locale has it not.
func unicodeEscape(n int) string {
	const digits = "0123456789ABCDEF"
	width, letter := 4, "u"
	if n > 0xffff {
		width, letter = 8, "U"
	}
	out := make([]byte, width)
	for i := width - 1; i >= 0; i-- {
		out[i] = digits[n&15]
		n >>= 4
	}
	return letter + string(out)
}

// quoteValue is a text as ${x@Q} and set -x give it.
func quoteValue(s string) string {
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\n' && s[i] != '\t' || s[i] >= 0x7f {
			return ansiQuote(s)
		}
	}
	if strings.ContainsAny(s, "\n\t") {
		return ansiQuote(s)
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// ansiQuote is a text as $'…'.
func ansiQuote(s string) string {
	var b strings.Builder
	b.WriteString("$'")
	for i := range len(s) {
		c := s[i]
		switch at := strings.IndexByte("\a\b\x1b\f\n\r\t\v\\'", c); {
		case at >= 0:
			b.WriteByte('\\')
			b.WriteByte(`abEfnrtv\'`[at])
		case c < ' ' || c >= 0x7f:
			b.Write([]byte{'\\', '0' + c>>6, '0' + c>>3&7, '0' + c&7})
		default:
			b.WriteByte(c)
		}
	}
	b.WriteString("'")
	return b.String()
}
