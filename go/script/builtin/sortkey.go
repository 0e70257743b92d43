package builtin

import (
	"bytes"
	"fmt"
	"strings"
)

// sortOrder is how keys are compared.
type sortOrder struct {
	skipStart, skipEnd          bool // blanks at the ends of the key do not count
	dictionary, printable, fold bool
	kinds                       string // of n, g, h, M and V those given
	reverse                     bool
}

// isSet says whether any option but reverse is given.
func (o sortOrder) isSet() bool { o.reverse = false; return o != sortOrder{} }

// set takes the letter of an option; false for one that is none.
func (o *sortOrder) set(letter byte, start, end bool) bool {
	switch letter {
	case 'b':
		o.skipStart, o.skipEnd = o.skipStart || start, o.skipEnd || end
	case 'd':
		o.dictionary = true
	case 'i':
		o.printable = true
	case 'f':
		o.fold = true
	case 'r':
		o.reverse = true
	case 'n', 'g', 'h', 'M', 'V':
		if strings.IndexByte(o.kinds, letter) < 0 {
			o.kinds += string(rune(letter))
		}
	default:
		return false
	}
	return true
}

// check reports options that cannot go together.
func (o *sortOrder) check() error {
	given := o.kinds
	conflicts := len(given)
	if (o.dictionary || o.printable) && !strings.Contains(given, "V") {
		conflicts++
	}
	if conflicts < 2 {
		return nil
	}
	var shown strings.Builder
	for i, set := range []bool{
		o.dictionary, o.fold, strings.Contains(given, "g"), strings.Contains(given, "h"), o.printable, strings.Contains(given, "M"),
		strings.Contains(given, "n"), strings.Contains(given, "V"),
	} {
		if set {
			shown.WriteByte("dfghiMnV"[i])
		}
	}
	return fmt.Errorf("options '-%s' are incompatible", &shown)
}

// sortKey is a part of each line: from a byte of a field to a byte of a field.
type sortKey struct {
	sortOrder
	startField, startByte int // from 0
	endField, endByte     int // endField from 0, -1: to the end of the line; endByte 0: all of the field
}

// parseSortKey reads "F[.C][OPTS][,F[.C][OPTS]]".
func parseSortKey(text string) (sortKey, error) {
	k := sortKey{endField: -1}
	bad := func(why string) (sortKey, error) {
		return k, fmt.Errorf("%s: invalid field specification %s", why, quote(text))
	}
	start, end, hasEnd := strings.Cut(text, ",")
	field, at, letters, ok := parseSortPosition(start)
	switch {
	case !ok:
		return k, fmt.Errorf("invalid number at field start: invalid count at start of %s", quote(text))
	case field == 0:
		return bad("field number is zero")
	case at == 0:
		return bad("character offset is zero")
	}
	k.startField, k.startByte = field-1, max(at, 1)-1
	for i := range len(letters) {
		if !k.set(letters[i], true, false) {
			return bad("stray character in field spec")
		}
	}
	if !hasEnd {
		return k, nil
	}
	field, at, letters, ok = parseSortPosition(end)
	switch {
	case !ok:
		return k, fmt.Errorf("invalid number after ',': invalid count at start of %s", quote(end))
	case field == 0:
		return bad("field number is zero")
	}
	k.endField, k.endByte = field-1, max(at, 0)
	for i := range len(letters) {
		if !k.set(letters[i], false, true) {
			return bad("stray character in field spec")
		}
	}
	return k, nil
}

// parseSortPosition reads "F[.C]LETTERS"; at is -1 where C is not written.
func parseSortPosition(text string) (field, at int, letters string, ok bool) {
	number := func() (n int, ok bool) {
		digits, rest := cutDigits(text)
		text = rest
		for _, d := range digits {
			n = min(n*10+int(d-'0'), 1<<40)
		}
		return n, digits != ""
	}
	at = -1
	if field, ok = number(); !ok {
		return 0, 0, "", false
	}
	if strings.HasPrefix(text, ".") {
		text = text[1:]
		if at, ok = number(); !ok {
			return 0, 0, "", false
		}
	}
	return field, at, text, true
}

func isSortBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\n' }

// part returns what of a line is the key; tab is what separates fields, -1 for blanks.
func (k *sortKey) part(line []byte, tab int) []byte {
	begin := min(len(line), skipBlanksIf(k.skipStart, line, skipFields(line, tab, k.startField, true))+k.startByte)
	if k.endField < 0 {
		return line[begin:]
	}
	end := 0
	switch {
	case k.endByte == 0:
		end = skipFields(line, tab, k.endField+1, false)
	default:
		end = skipFields(line, tab, k.endField, true)
		end = min(len(line), skipBlanksIf(k.skipEnd, line, end)+k.endByte)
	}
	return line[begin:max(begin, end)]
}

func skipBlanksIf(skip bool, line []byte, at int) int {
	for skip && at < len(line) && isSortBlank(line[at]) {
		at++
	}
	return at
}

// skipFields returns where n fields end, behind the separator of the last one when through.
func skipFields(line []byte, tab, n int, through bool) int {
	at := 0
	for ; n > 0 && at < len(line); n-- {
		if tab < 0 {
			for at < len(line) && isSortBlank(line[at]) {
				at++
			}
			for at < len(line) && !isSortBlank(line[at]) {
				at++
			}
			continue
		}
		length := bytes.IndexByte(line[at:], byte(tab))
		if length < 0 {
			return len(line)
		}
		if at += length; n > 1 || through {
			at++
		}
	}
	return at
}

// compare orders two keys.
func (o *sortOrder) compare(a, b []byte) int {
	order := 0
	if o.dictionary || o.printable || o.fold {
		a, b = o.translate(a), o.translate(b)
	}
	switch o.kinds {
	case "n":
		order = compareNumbers(a, b)
	case "g":
		order = compareFloats(a, b)
	case "h":
		order = compareSizes(a, b)
	case "M":
		order = sortMonth(a) - sortMonth(b)
	case "V":
		order = compareVersions(string(a), string(b))
	default:
		order = bytes.Compare(a, b)
	}
	if o.reverse {
		return -order
	}
	return order
}

// translate leaves out what does not count and makes letters capitals.
func (o *sortOrder) translate(key []byte) []byte {
	var kept []byte
	for _, b := range key {
		switch {
		case o.dictionary && !isLetter(b) && !isDigit(b) && !isSortBlank(b):
			continue
		case o.printable && (b < 32 || b > 126):
			continue
		case o.fold && 'a' <= b && b <= 'z':
			b -= 'a' - 'A'
		}
		kept = append(kept, b)
	}
	return kept
}
