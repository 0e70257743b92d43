package builtin

// matchGlob says whether a shell pattern matches a whole text, byte by byte: "*", "?", "[...]" and "\" as fnmatch has them in the C locale
// without flags, so that "/" and a leading point are like any byte. fold ignores the case of ASCII letters.
func matchGlob(pattern, text string, fold bool) bool {
	// After a mismatch, the last "*" takes one byte more: star is what follows it, retry where its next attempt begins.
	star, retry := -1, 0
	p, t := 0, 0
	for {
		if p < len(pattern) && pattern[p] == '*' {
			p++
			star, retry = p, t
			continue
		}
		if t == len(text) && p == len(pattern) {
			return true
		}
		if t < len(text) && p < len(pattern) {
			if n := matchOne(pattern[p:], text[t], fold); n > 0 {
				p, t = p+n, t+1
				continue
			}
		}
		if star < 0 || retry >= len(text) {
			return false
		}
		retry++
		p, t = star, retry
	}
}

// matchOne returns the length of the pattern's first element if it matches a byte, else 0.
func matchOne(pattern string, c byte, fold bool) int {
	switch pattern[0] {
	case '?':
		return 1
	case '[':
		if n, matched, ok := matchBracket(pattern, c, fold); ok {
			if !matched {
				return 0
			}
			return n
		}
	case '\\':
		if len(pattern) == 1 {
			return 0
		}
		if sameByte(pattern[1], c, fold) {
			return 2
		}
		return 0
	}
	if sameByte(pattern[0], c, fold) {
		return 1
	}
	return 0
}

func sameByte(a, b byte, fold bool) bool {
	return a == b || fold && upper(a) == upper(b)
}

// upper is a letter's capital.
func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

// lower is a capital's small letter.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c - 'A' + 'a'
	}
	return c
}

// matchBracket matches a byte against the bracket expression that a pattern begins with; n is its length. ok is false when the pattern has
// no closing bracket: then "[" stands for itself.
func matchBracket(pattern string, c byte, fold bool) (n int, matched, ok bool) {
	at := 1
	negated := at < len(pattern) && (pattern[at] == '!' || pattern[at] == '^')
	if negated {
		at++
	}
	for first := true; ; first = false {
		if at >= len(pattern) {
			return 0, false, false
		}
		if pattern[at] == ']' && !first {
			return at + 1, matched != negated, true
		}
		if class, length := bracketClass(pattern[at:]); length > 0 {
			matched = matched || inClass(class, c) || fold && (inClass(class, upper(c)) || inClass(class, lower(c)))
			at += length
			continue
		}
		low, length := bracketByte(pattern[at:])
		if length == 0 {
			return 0, false, false
		}
		at += length
		high := low
		if at+1 < len(pattern) && pattern[at] == '-' && pattern[at+1] != ']' {
			if high, length = bracketByte(pattern[at+1:]); length == 0 {
				return 0, false, false
			}
			at += 1 + length
		}
		in := func(b byte) bool { return low <= b && b <= high }
		matched = matched || in(c) || fold && (in(upper(c)) || in(lower(c)))
	}
}

// bracketByte reads one byte of a bracket expression, which a backslash may protect; length is 0 at the pattern's end.
func bracketByte(pattern string) (c byte, length int) {
	switch {
	case pattern == "", pattern == `\`:
		return 0, 0
	case pattern[0] == '\\':
		return pattern[1], 2
	}
	return pattern[0], 1
}

// bracketClass reads a class such as [:digit:] of a bracket expression; length is 0 where none stands.
func bracketClass(pattern string) (name string, length int) {
	for name := range classes {
		if text := "[:" + name + ":]"; len(pattern) >= len(text) && pattern[:len(text)] == text {
			return name, len(text)
		}
	}
	return "", 0
}

// classes are POSIX's classes of characters in the C locale.
var classes = map[string]func(c byte) bool{
	"alnum":  func(c byte) bool { return isLetter(c) || isDigit(c) },
	"alpha":  isLetter,
	"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
	"cntrl":  func(c byte) bool { return c < ' ' || c == 0x7f },
	"digit":  isDigit,
	"graph":  func(c byte) bool { return c > ' ' && c < 0x7f },
	"lower":  func(c byte) bool { return 'a' <= c && c <= 'z' },
	"print":  func(c byte) bool { return c >= ' ' && c < 0x7f },
	"punct":  func(c byte) bool { return c > ' ' && c < 0x7f && !isLetter(c) && !isDigit(c) },
	"space":  func(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' },
	"upper":  func(c byte) bool { return 'A' <= c && c <= 'Z' },
	"xdigit": isHex,
}

func inClass(name string, c byte) bool { return classes[name](c) }
