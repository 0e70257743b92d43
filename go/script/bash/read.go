package bash

import (
	"io"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// readOptions are those of read.
type readOptions struct {
	raw, array   bool
	name         string
	delimiter    byte
	count        int
	exact        bool
	descriptor   int
	hasDelimiter bool
}

// read reads a line and splits it into variables.
func read(sh *Shell, args []string) jump {
	o, names, ok := sh.readArguments(args)
	if !ok {
		return on
	}
	f := sh.files[o.descriptor]
	if f == nil || f.Reader == nil {
		return sh.failure("read: read error: %d: Bad file descriptor", o.descriptor)
	}
	text, escaped, complete := o.line(f)
	sh.checkHost()
	sh.status = int(truth(!complete))
	var err error
	switch {
	case o.array:
		values := sh.split(text, escaped, -1)
		var v *variable
		if v, err = sh.writable(o.name); err == nil {
			v.kind, v.set, v.text, v.list, v.keys = indexed, true, "", listOf(values), keyed{}
		}
	case len(names) == 0:
		err = sh.setText("REPLY", text)
	case o.exact:
		for i, name := range names {
			value := ""
			if i == 0 {
				value = text
			}
			if e := sh.assignNamed(name, value); e != nil {
				err = e
			}
		}
	default:
		values := sh.split(text, escaped, len(names))
		for i, name := range names {
			value := ""
			if i < len(values) {
				value = values[i]
			}
			if e := sh.assignNamed(name, value); e != nil {
				err = e
			}
		}
	}
	if err != nil {
		return sh.failure("read: %v", err)
	}
	return on
}

func (sh *Shell) readArguments(args []string) (o readOptions, names []string, ok bool) {
	o.delimiter, o.count = '\n', -1
	args = args[1:]
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			break
		}
		for i := 1; i < len(arg); i++ {
			value := func() string {
				text := arg[i+1:]
				i = len(arg)
				if text == "" && len(args) > 0 {
					text, args = args[0], args[1:]
				}
				return text
			}
			switch c := arg[i]; c {
			case 'r':
				o.raw = true
			case 's', 'e':
			case 'a':
				o.array, o.name = true, value()
			case 'd':
				o.delimiter, o.hasDelimiter = 0, true
				if text := value(); text != "" {
					o.delimiter = text[0]
				}
			case 'n', 'N':
				o.exact = c == 'N'
				n, err := strconv.Atoi(value())
				if err != nil || n < 0 {
					sh.failure("read: invalid number")
					return o, nil, false
				}
				o.count = n
			case 'p':
				// A prompt is for terminals only.
				value()
			case 'u':
				n, err := strconv.Atoi(value())
				if err != nil || sh.files[n] == nil {
					sh.failure("read: invalid file descriptor specification")
					return o, nil, false
				}
				o.descriptor = n
			default:
				sh.refuse("the option -%c of read", c)
			}
		}
	}
	for _, name := range args {
		if base, _, _ := strings.Cut(name, "["); !syntax.ValidName(base) {
			sh.failure("read: `%s': not a valid identifier", name)
			return o, nil, false
		}
	}
	return o, args, true
}

// line reads up to the delimiter, or a number of bytes. escaped has a byte for
// each of the text that says whether a backslash stood before it. It is
// complete unless the input ended first.
func (o *readOptions) line(r io.Reader) (text string, escaped []bool, complete bool) {
	var line []byte
	backslash := false
	for one := []byte{0}; o.count < 0 || len(line) < o.count; {
		n, err := r.Read(one)
		if n == 0 {
			if err == nil {
				continue
			}
			return string(line), escaped, false
		}
		c := one[0]
		switch {
		case backslash:
			backslash = false
			if c == '\n' {
				continue
			}
			line, escaped = append(line, c), append(escaped, true)
		case c == '\\' && !o.raw:
			backslash = true
		case c == o.delimiter && !o.exact:
			return string(line), escaped, true
		case c == 0:
		default:
			line, escaped = append(line, c), append(escaped, false)
		}
	}
	return string(line), escaped, true
}

// split splits a line at IFS into at most n fields, of which the last one gets
// the rest; n is -1 for all.
func (sh *Shell) split(text string, escaped []bool, n int) []string {
	ifs := sh.separators()
	blank := func(i int) bool {
		return i < len(text) && !escaped[i] && strings.IndexByte(" \t\n", text[i]) >= 0 && strings.IndexByte(ifs, text[i]) >= 0
	}
	mark := func(i int) bool {
		return i < len(text) && !escaped[i] && strings.IndexByte(ifs, text[i]) >= 0
	}
	var fields []string
	i := 0
	for blank(i) {
		i++
	}
	for i < len(text) {
		begin := i
		if len(fields) == n-1 {
			return append(fields, sh.rest(text, escaped, begin, mark, blank))
		}
		for i < len(text) && !mark(i) {
			i++
		}
		fields = append(fields, text[begin:i])
		for blank(i) {
			i++
		}
		if mark(i) && !blank(i) {
			i++
			for blank(i) {
				i++
			}
		}
	}
	return fields
}

// rest is the last field: all that is left, without the blanks at its end, and
// without one separator if that is all that follows its only field.
func (sh *Shell) rest(text string, escaped []bool, begin int, mark, blank func(i int) bool) string {
	end := len(text)
	for end > begin && blank(end-1) {
		end--
	}
	// A single separator after a single field is no part of it.
	first := begin
	for first < end && !mark(first) {
		first++
	}
	after := first
	for blank(after) {
		after++
	}
	if mark(after) && !blank(after) {
		after++
	}
	for blank(after) {
		after++
	}
	if first < end && after >= end {
		end = first
	}
	return text[begin:end]
}

// mapfile reads lines into an array.
func mapfile(sh *Shell, args []string) jump {
	name, command := "MAPFILE", args[0]
	trim, delimiter, count, skip, origin, descriptor := false, byte('\n'), 0, 0, -1, 0
	args = args[1:]
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			break
		}
		for i := 1; i < len(arg); i++ {
			value := func() string {
				text := arg[i+1:]
				i = len(arg)
				if text == "" && len(args) > 0 {
					text, args = args[0], args[1:]
				}
				return text
			}
			number := func() int {
				n, err := strconv.Atoi(value())
				if err != nil || n < 0 {
					sh.refuse("a wrong number for %s", command)
				}
				return n
			}
			switch c := arg[i]; c {
			case 't':
				trim = true
			case 'd':
				delimiter = 0
				if text := value(); text != "" {
					delimiter = text[0]
				}
			case 'n':
				count = number()
			case 's':
				skip = number()
			case 'O':
				origin = number()
			case 'u':
				descriptor = number()
			default:
				sh.refuse("the option -%c of %s", c, command)
			}
		}
	}
	if len(args) > 0 {
		name = args[0]
	}
	if !syntax.ValidName(name) {
		return sh.failure("%s: `%s': not a valid identifier", command, name)
	}
	f := sh.files[descriptor]
	if f == nil || f.Reader == nil {
		return sh.failure("%s: %d: invalid file descriptor", command, descriptor)
	}
	v, err := sh.writable(name)
	if err != nil {
		return sh.failure("%s: %v", command, err)
	}
	if v.kind == associative {
		return sh.failure("%s: %s: not an indexed array", command, name)
	}
	v.makeArray()
	v.set = true
	if origin < 0 {
		origin, v.list = 0, elements{}
	}
	for lines := 0; count == 0 || lines < count; {
		line, ok, end := readTo(f, delimiter)
		if !ok {
			break
		}
		if skip > 0 {
			skip--
			continue
		}
		if !trim && end {
			line += string([]byte{delimiter})
		}
		line = strings.ReplaceAll(line, "\x00", "")
		v.list.put(origin+lines, line)
		lines++
	}
	sh.checkHost()
	sh.status = 0
	return on
}

// readTo reads up to a delimiter. It is not ok at the input's end.
func readTo(r io.Reader, delimiter byte) (line string, ok, end bool) {
	var b []byte
	for one := []byte{0}; ; {
		n, err := r.Read(one)
		switch {
		case n == 0 && err != nil:
			return string(b), len(b) > 0, false
		case n == 0:
		case one[0] == delimiter:
			return string(b), true, true
		default:
			b = append(b, one[0])
		}
	}
}
