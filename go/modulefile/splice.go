package modulefile

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
)

// splice replaces the bytes of a file from one offset to another.
type splice struct {
	from, to int
	text     string
}

// splices are changes of one file, in any order.
type splices struct {
	file *file
	all  []splice
}

func (s *splices) replace(x build.Expr, text string) {
	from, to := x.Span()
	s.all = append(s.all, splice{from.Byte, to.Byte, text})
}

// insert puts text at an offset. Newlines in it become those of the file.
func (s *splices) insert(at int, text string) {
	if bytes.Contains(s.file.data, []byte("\r\n")) {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	s.all = append(s.all, splice{at, at, text})
}

// apply is the changed file.
func (s *splices) apply() []byte {
	sorted := slices.Clone(s.all)
	slices.SortStableFunc(sorted, func(a, b splice) int { return cmp.Compare(a.from, b.from) })
	var out []byte
	at := 0
	for _, c := range sorted {
		out = append(append(out, s.file.data[at:c.from]...), c.text...)
		at = c.to
	}
	return append(out, s.file.data[at:]...)
}

// insertStatement puts lines after a statement, below what else is in its last
// line.
func (s *splices) insertStatement(after build.Expr, text string) {
	_, end := after.Span()
	s.insertLines(end.Byte, text)
}

// insertLines puts lines below the one that an offset is in.
func (s *splices) insertLines(offset int, text string) {
	at := s.lineEnd(offset)
	s.insert(at, "\n"+strings.TrimSuffix(text, "\n"))
}

// append puts lines at the file's end, after an empty one.
func (s *splices) append(text string) {
	end := len(s.file.data)
	switch {
	case end == 0:
	case s.file.data[end-1] != '\n':
		text = "\n\n" + text
	default:
		text = "\n" + text
	}
	s.insert(end, text)
}

// insertArguments puts arguments of a call after the one with an index, in the
// way that the others are laid out.
func (s *splices) insertArguments(call *build.CallExpr, index int, arguments ...string) {
	if len(arguments) == 0 {
		return
	}
	data := s.file.data
	_, end := call.List[index].Span()
	at := end.Byte
	comma := s.comma(at, call.End.Pos.Byte)
	indent, own := s.indent(call.List[index])
	if !own {
		// They are in one line with what is before them.
		text := strings.Join(arguments, ", ")
		if index == len(call.List)-1 && comma >= 0 {
			s.insert(comma+1, " "+text+",")
		} else {
			s.insert(at, ", "+text)
		}
		return
	}
	text := indent + strings.Join(arguments, ",\n"+indent) + ","
	if comma < 0 {
		s.insert(at, ",")
	} else {
		at = comma + 1
	}
	// A comment behind the argument stays there.
	if rest := strings.TrimSpace(string(data[at:s.lineEnd(at)])); rest != "" && !strings.HasPrefix(rest, "#") {
		s.insert(at, "\n"+text+"\n"+indent)
		return
	}
	s.insertLines(at, text)
}

// comma is the offset of the comma between two offsets, of which there is one at
// most outside comments, or -1.
func (s *splices) comma(from, to int) int {
	for at := from; at < to; at++ {
		switch s.file.data[at] {
		case ',':
			return at
		case '#':
			at = s.lineEnd(at)
		}
	}
	return -1
}

// indent is what is before an expression in its line; own is false if that is
// not space alone.
func (s *splices) indent(x build.Expr) (indent string, own bool) {
	start, _ := x.Span()
	line := string(s.file.data[bytes.LastIndexByte(s.file.data[:start.Byte], '\n')+1 : start.Byte])
	return line, strings.TrimSpace(line) == ""
}

// lineEnd is the offset of the end of the line that an offset is in, before its
// line break.
func (s *splices) lineEnd(offset int) int {
	data := s.file.data
	end := bytes.IndexByte(data[offset:], '\n')
	if end < 0 {
		return len(data)
	}
	end += offset
	if end > offset && data[end-1] == '\r' {
		end--
	}
	return end
}

// quote is a string as it is written.
func quote(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value) + `"`
}
