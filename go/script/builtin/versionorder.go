package builtin

import "strings"

// compareVersions orders names that hold numbers as GNU's "version sort" does (coreutils manual, "Version sort ordering"): sort -V, ls -v.
func compareVersions(a, b string) int {
	if a == b {
		return 0
	}
	if rankA, rankB := dotRank(a), dotRank(b); rankA != rankB || rankA < 3 {
		return rankA - rankB
	}
	if order := versionOrder(versionStem(a), versionStem(b)); order != 0 {
		return order
	}
	return versionOrder(a, b)
}

// dotRank puts the empty name first, then ".", "..", other names with a dot in front, and all the others.
func dotRank(name string) int {
	switch {
	case name == "":
		return 0
	case name == ".":
		return 1
	case name == "..":
		return 2
	case name[0] == '.':
		return 3
	}
	return 4
}

// versionStem is a name without its suffixes: ".tar.gz" and the like, which begin with a dot and a letter or "~".
func versionStem(name string) string {
	stem := 0
	for i := 0; i < len(name); {
		i++
		stem = i
		for i+1 < len(name) && name[i] == '.' && (isLetter(name[i+1]) || name[i+1] == '~') {
			for i += 2; i < len(name) && (isLetter(name[i]) || isDigit(name[i]) || name[i] == '~'); i++ {
			}
		}
	}
	return name[:stem]
}

// versionOrder compares alternately what is no digit, byte by byte, and numbers by value.
func versionOrder(a, b string) int {
	for a != "" || b != "" {
		for a != "" && !isDigit(a[0]) || b != "" && !isDigit(b[0]) {
			if wa, wb := versionWeight(a), versionWeight(b); wa != wb {
				return wa - wb
			}
			a, b = a[1:], b[1:]
		}
		var x, y string
		x, a = cutDigits(a)
		y, b = cutDigits(b)
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		if len(x) != len(y) {
			return len(x) - len(y)
		}
		if order := strings.Compare(x, y); order != 0 {
			return order
		}
	}
	return 0
}

// versionWeight orders first bytes: "~" before the end, then digits, letters and the rest.
func versionWeight(s string) int {
	switch {
	case s == "":
		return -1
	case isDigit(s[0]):
		return 0
	case isLetter(s[0]):
		return int(s[0])
	case s[0] == '~':
		return -2
	}
	return int(s[0]) + 256
}

// cutDigits splits the number off that s begins with.
func cutDigits(s string) (digits, rest string) {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return s[:n], s[n:]
}

func isDigit(b byte) bool  { return '0' <= b && b <= '9' }
func isLetter(b byte) bool { return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' }
