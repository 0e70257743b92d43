package layer

import (
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// binaryCharset says that a text in the records after it is not UTF-8. Its
// length, as that of every record, counts all of the line.
const binaryCharset = "21 hdrcharset=BINARY\n"

// xattrKeyword begins the keyword of an extended attribute's record, as tar
// programs and container engines know it. The value is the attribute's bytes.
const xattrKeyword = "SCHILY.xattr."

// appendRecords appends the PAX records that a header needs, in the order of
// Python's tarfile: those for texts that are too long or not ASCII, then those
// for numbers that are too big or negative. Extended attributes, which tarfile
// does not know, come last, by their names.
func appendRecords(records []byte, h *Header) []byte {
	texts := [...]struct {
		keyword, value string
		width          int
	}{
		{"path", h.Name, nameLen},
		{"linkpath", h.Linkname, nameLen},
		{"uname", h.UName, ownerLen},
		{"gname", h.GName, ownerLen},
	}
	for _, t := range texts {
		if !utf8.ValidString(t.value) {
			records = append(records, binaryCharset...)
			break
		}
	}
	for _, t := range texts {
		if len(t.value) > t.width || !ascii(t.value) {
			records = appendRecord(records, t.keyword, t.value)
		}
	}
	numbers := [...]struct {
		keyword string
		value   int64
		width   int
	}{
		{"uid", h.UID, idLen},
		{"gid", h.GID, idLen},
		{"size", h.Size, longLen},
		{"mtime", h.MTime, longLen},
	}
	for _, n := range numbers {
		if !fits(n.value, n.width) {
			records = appendRecord(records, n.keyword, strconv.FormatInt(n.value, 10))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(h.Xattrs)) {
		records = appendRecord(records, xattrKeyword+name, string(h.Xattrs[name]))
	}
	return records
}

// appendRecord appends "LENGTH KEYWORD=VALUE\n", where LENGTH counts itself.
func appendRecord(records []byte, keyword, value string) []byte {
	rest := len(" =\n") + len(keyword) + len(value)
	length := rest
	for {
		next := rest + len(strconv.Itoa(length))
		if next == length {
			break
		}
		length = next
	}
	records = strconv.AppendInt(records, int64(length), 10)
	records = append(records, ' ')
	records = append(records, keyword...)
	records = append(records, '=')
	records = append(records, value...)
	return append(records, '\n')
}
