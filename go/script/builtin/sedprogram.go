package builtin

import "bytes"

// sedCommand is one command of a sed script (IEEE 1003.1-2017 "sed", with the extensions of GNU sed 4.9).
type sedCommand struct {
	name     byte
	from, to *sedAddress
	negate   bool
	text     []byte    // of a, i and c, with its last newline
	label    string    // of b, t, T and ":"
	target   int       // where b, t and T go; for "{" behind its "}"
	number   int       // of q, Q and l; -1: none
	file     string    // of r, R, w, W
	subst    *sedSubst // of s
	table    *[256]byte

	active bool // within a range of addresses
	closed bool // behind a range that does not begin again
	until  int  // the last line of the range, where it is a number
}

// sedAddressKind is how an address names lines.
type sedAddressKind uint8

const (
	addressLine sedAddressKind = iota
	addressStep
	addressLast
	addressRegex
	addressPlus     // so many lines more: second addresses only
	addressMultiple // up to a multiple: second addresses only
)

type sedAddress struct {
	kind       sedAddressKind
	line, step int
	regex      *regex // nil: the one used last
}

// sedSubst is the command s.
type sedSubst struct {
	regex       *regex // nil: the one used last
	replacement []sedPiece
	global      bool
	print       bool
	nth         int
	file        string
	empty       bool // the regex is the one used last
	groups      int  // the highest group of the replacement
}

// sedPiece is a part of a replacement: text, or a group of the match, after changes of the letters' case.
type sedPiece struct {
	text  []byte
	group int // -1: text
	once  byte
	until byte
}

// Changes of case: 'u' and 'l' for the next letter, 'U' and 'L' for all up to 'E'.
type sedCase struct{ once, until byte }

// expand appends the replacement of a match in line.
func (s *sedSubst) expand(out, line []byte, caps []int) []byte {
	var mode sedCase
	for _, piece := range s.replacement {
		if piece.until != 0 {
			mode.until = piece.until
			mode.once = 0
		}
		if piece.once != 0 {
			mode.once = piece.once
		}
		text := piece.text
		if piece.group >= 0 {
			text = nil
			if at := 2 * piece.group; caps[at] >= 0 {
				text = line[caps[at]:caps[at+1]]
			}
		}
		out = mode.append(out, text)
	}
	return out
}

func (m *sedCase) append(out, text []byte) []byte {
	if len(text) == 0 {
		return out
	}
	at := len(out)
	out = append(out, text...)
	added := out[at:]
	switch m.until {
	case 'U':
		copy(added, upperASCII(added))
	case 'L':
		copy(added, lowerASCII(added))
	}
	switch m.once {
	case 'u':
		copy(added, upperASCII(added[:1]))
	case 'l':
		copy(added, lowerASCII(added[:1]))
	}
	m.once = 0
	return out
}

// upperASCII returns text with capital letters.
func upperASCII(text []byte) []byte {
	upper := bytes.Clone(text)
	for i, b := range upper {
		if 'a' <= b && b <= 'z' {
			upper[i] = b - 'a' + 'A'
		}
	}
	return upper
}
