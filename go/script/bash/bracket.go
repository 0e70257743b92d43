package bash

import "strings"

// bracketEnd is the length of the bracket expression that p begins with; it is
// false if p's "[" stands for itself.
func bracketEnd(p string) (int, bool) {
	i := 1
	if i < len(p) && (p[i] == '!' || p[i] == '^') {
		i++
	}
	for first := true; i < len(p); first = false {
		switch {
		case p[i] == ']' && !first:
			return i + 1, true
		case p[i] == '\\' && i+1 < len(p):
			i += 2
		case p[i] == '[' && i+1 < len(p) && strings.IndexByte(":.=", p[i+1]) >= 0:
			if end := strings.Index(p[i+2:], p[i+1:i+2]+"]"); end >= 0 {
				i += 2 + end + 2
			} else {
				i++
			}
		default:
			i++
		}
	}
	return 0, false
}

// bracket says whether a bracket expression, without its brackets, has a byte
// in it.
func (m *matcher) bracket(p string, c byte) bool {
	negated := p[0] == '!' || p[0] == '^'
	if negated {
		p = p[1:]
	}
	found := false
	for p != "" {
		if class, rest, ok := bracketClass(p, ':'); ok {
			found = found || inClass(class, c) || m.o.fold && (inClass(class, lowerByte(c)) || inClass(class, upperByte(c)))
			p = rest
			continue
		}
		var low, high byte
		low, p = bracketByte(p)
		high = low
		if len(p) > 1 && p[0] == '-' {
			high, p = bracketByte(p[1:])
		}
		in := func(c byte) bool { return low <= c && c <= high }
		found = found || in(c) || m.o.fold && (in(lowerByte(c)) || in(upperByte(c)))
	}
	return found != negated
}

// bracketClass is the name in "[:name:]", "[=x=]" or "[.x.]" at p's beginning.
func bracketClass(p string, mark byte) (name, rest string, ok bool) {
	if len(p) < 4 || p[0] != '[' || p[1] != mark {
		return "", p, false
	}
	name, rest, ok = strings.Cut(p[2:], string(mark)+"]")
	return name, rest, ok
}

// bracketByte is the byte that p begins with.
func bracketByte(p string) (c byte, rest string) {
	for _, mark := range []byte{'=', '.'} {
		if name, rest, ok := bracketClass(p, mark); ok && len(name) == 1 {
			return name[0], rest
		}
	}
	if p[0] == '\\' && len(p) > 1 {
		p = p[1:]
	}
	return p[0], p[1:]
}

// inClass says whether a byte is of a class of characters of the C locale.
func inClass(name string, c byte) bool {
	isLower, isUpper, isDigit := 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9'
	isGraph := c > ' ' && c < 0x7f
	switch name {
	case "alpha":
		return isLower || isUpper
	case "digit":
		return isDigit
	case "alnum":
		return isLower || isUpper || isDigit
	case "word":
		return isLower || isUpper || isDigit || c == '_'
	case "lower":
		return isLower
	case "upper":
		return isUpper
	case "space":
		return c == ' ' || '\t' <= c && c <= '\r'
	case "blank":
		return c == ' ' || c == '\t'
	case "punct":
		return isGraph && !isLower && !isUpper && !isDigit
	case "graph":
		return isGraph
	case "print":
		return isGraph || c == ' '
	case "cntrl":
		return c < ' ' || c == 0x7f
	case "xdigit":
		return isDigit || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
	case "ascii":
		return c < 0x80
	}
	return false
}
