package reference

import "strings"

// validRegistry says whether a text is HOST or HOST:PORT. A host is names of
// letters, digits and inner hyphens with dots between them, or an IPv6 address
// in brackets.
func validRegistry(registry string) bool {
	if address, ok := strings.CutPrefix(registry, "["); ok {
		address, port, closed := strings.Cut(address, "]")
		if port != "" {
			var colon bool
			if port, colon = strings.CutPrefix(port, ":"); !colon || !validPort(port) {
				return false
			}
		}
		return closed && address != "" && consistsOf(address, digits+"abcdefABCDEF:")
	}
	host, port, found := strings.Cut(registry, ":")
	if found && !validPort(port) {
		return false
	}
	for name := range strings.SplitSeq(host, ".") {
		if name == "" || !consistsOf(name, alphanumeric+capitals+"-") || name[0] == '-' || name[len(name)-1] == '-' {
			return false
		}
	}
	return true
}

func validPort(port string) bool { return port != "" && consistsOf(port, digits) }

// validPart says whether a text, which is not empty, is small letters and
// digits with separators between them: a dot, one or two underscores, or any
// number of hyphens.
func validPart(part string) bool {
	for {
		rest := strings.TrimLeft(part, alphanumeric)
		if len(rest) == len(part) {
			return false
		}
		if rest == "" {
			return true
		}
		part = strings.TrimLeft(rest, "._-")
		if separator := rest[:len(rest)-len(part)]; !validSeparator(separator) {
			return false
		}
	}
}

func validSeparator(s string) bool {
	return s == "." || s == "_" || s == "__" || s != "" && consistsOf(s, "-")
}

// consistsOf says whether a text has only characters of a set.
func consistsOf(text, set string) bool { return strings.Trim(text, set) == "" }
