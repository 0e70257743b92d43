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
