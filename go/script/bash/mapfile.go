package bash

import (
	"io"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

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
