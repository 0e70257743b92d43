package replay

import (
	"cmp"
	"strings"
)

// compareVersions compares versions of packages as Debian does (deb-version(7)):
// epoch, upstream version, revision.
func compareVersions(a, b string) int {
	epochA, a := cutEpoch(a)
	epochB, b := cutEpoch(b)
	upstreamA, revisionA := cutRevision(a)
	upstreamB, revisionB := cutRevision(b)
	return cmp.Or(comparePart(epochA, epochB), comparePart(upstreamA, upstreamB), comparePart(revisionA, revisionB))
}

func cutEpoch(version string) (epoch, rest string) {
	if epoch, rest, ok := strings.Cut(version, ":"); ok {
		return epoch, rest
	}
	return "0", version
}

func cutRevision(version string) (upstream, revision string) {
	if i := strings.LastIndexByte(version, '-'); i >= 0 {
		return version[:i], version[i+1:]
	}
	return version, "0"
}

// comparePart compares text and numbers in turns.
func comparePart(a, b string) int {
	for a != "" || b != "" {
		for (a != "" && !isDigit(a[0])) || (b != "" && !isDigit(b[0])) {
			if c := cmp.Compare(rank(a), rank(b)); c != 0 {
				return c
			}
			a, b = a[1:], b[1:]
		}
		var numberA, numberB string
		numberA, a = cutNumber(a)
		numberB, b = cutNumber(b)
		if c := cmp.Or(cmp.Compare(len(numberA), len(numberB)), strings.Compare(numberA, numberB)); c != 0 {
			return c
		}
	}
	return 0
}

// rank orders the first character of some text: a tilde before the end, which
// comes before letters, and those before all others.
func rank(text string) int {
	switch {
	case text == "" || isDigit(text[0]):
		return 0
	case text[0] == '~':
		return -1
	case 'a' <= text[0]|0x20 && text[0]|0x20 <= 'z':
		return int(text[0])
	default:
		return int(text[0]) + 256
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// cutNumber cuts the digits off that a text begins with, without leading zeros.
func cutNumber(text string) (number, rest string) {
	end := 0
	for end < len(text) && isDigit(text[end]) {
		end++
	}
	return strings.TrimLeft(text[:end], "0"), text[end:]
}
