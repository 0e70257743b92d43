package bash

import (
	"io"
	"strings"
	"unicode/utf8"
)

// echo writes its arguments with spaces between them.
func echo(sh *Shell, args []string) jump {
	args = args[1:]
	newline, escapes := true, false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && strings.Trim(args[0][1:], "neE") == "" {
		for _, c := range args[0][1:] {
			switch c {
			case 'n':
				newline = false
			default:
				escapes = c == 'e'
			}
		}
		args = args[1:]
	}
	var b strings.Builder
	for i, arg := range args {
		if i > 0 {
			b.WriteByte(' ')
		}
		if !escapes {
			b.WriteString(arg)
			continue
		}
		text, ends := unescapeEcho(arg)
		b.WriteString(text)
		if ends {
			newline = false
			break
		}
	}
	if newline {
		b.WriteByte('\n')
	}
	return sh.write("echo", b.String())
}

// write writes what a command of the shell's own has to say.
func (sh *Shell) write(command, text string) jump {
	if _, err := io.WriteString(sh.stdout(), text); err != nil && text != "" {
		return sh.failure("%s: write error: %s", command, reason(err))
	}
	sh.status = 0
	return on
}

// unescapeEcho is what the escapes of echo -e and of printf's %b stand for;
// ends says that one of them ends all output.
func unescapeEcho(s string) (text string, ends bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		switch c := s[i+1]; {
		case c == 'c':
			return b.String(), true
		case c == '0':
			n, used := digits(s[i+2:], 8, 3)
			b.WriteByte(byte(n))
			i += 1 + used
		default:
			i += escapeAt(&b, s[i:]) - 1
		}
	}
	return b.String(), false
}

// digits reads at most n digits.
func digits(s string, base, n int) (value, used int) {
	for used < len(s) && used < n {
		d := strings.IndexByte("0123456789abcdef", lowerByte(s[used]))
		if d < 0 || d >= base {
			break
		}
		value = value*base + d
		used++
	}
	return value, used
}

// escapeAt writes what the backslash stands for with which s begins, and gives
// the number of bytes that it read.
func escapeAt(b *strings.Builder, s string) int {
	c := s[1]
	if at := strings.IndexByte(`abeEfnrtv\`, c); at >= 0 {
		b.WriteByte("\a\b\x1b\x1b\f\n\r\t\v\\"[at])
		return 2
	}
	switch {
	case c == 'x':
		if n, used := digits(s[2:], 16, 2); used > 0 {
			b.WriteByte(byte(n))
			return 2 + used
		}
	case c == 'u' || c == 'U':
		n, used := digits(s[2:], 16, map[byte]int{'u': 4, 'U': 8}[c])
		if used == 0 {
			break
		}
		if n < utf8.RuneSelf {
			b.WriteByte(byte(n))
		} else {
			// The C locale has no such character.
			b.WriteString(`\` + unicodeEscape(n))
		}
		return 2 + used
	}
	b.WriteString(s[:2])
	return 2
}
