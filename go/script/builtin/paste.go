package builtin

import (
	"fmt"
	"io"
)

// runPaste is paste: the lines of several files side by side.
func runPaste(c *Context) int {
	o, err := parseOptions(c.Args, "d,delimiters=", "s,serial", "z,zero-terminated")
	if err != nil {
		return c.usage(err)
	}
	list, given := o.value("d")
	if !given {
		list = "\t"
	}
	joints, err := pasteJoints(list)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	out, end := c.newOutput(), lineEnd(o.has("z"))
	if o.has("s") {
		status := inputs{Context: c, names: o.args}.each(func(_ string, r io.Reader) error { return pasteSerial(out, r, joints, end) })
		return c.finish(out, status)
	}
	names := o.args
	if len(names) == 0 {
		names = []string{"-"}
	}
	var files []*lineReader
	stdin := newLineReader(c.Stdin, end)
	for _, name := range names {
		if name == "-" {
			files = append(files, stdin) // files named "-" take turns
			continue
		}
		r, err := c.open(name)
		if err != nil {
			return c.Fail(1, "%s: %s", name, reason(err))
		}
		defer r.Close()
		files = append(files, newLineReader(r, end))
	}
	if err := pasteParallel(out, files, joints, end); err != nil {
		return c.Fail(1, "%s", reason(err))
	}
	return c.finish(out, 0)
}

// pasteJoints reads the list of the option -d.
func pasteJoints(list string) ([]string, error) {
	var joints []string
	for i := 0; i < len(list); i++ {
		b := list[i]
		if b != '\\' {
			joints = append(joints, string([]byte{b}))
			continue
		}
		if i++; i == len(list) {
			return nil, fmt.Errorf("delimiter list ends with an unescaped backslash: %s", list)
		}
		switch list[i] {
		case '0':
			joints = append(joints, "")
		case 'b', 'f', 'n', 'r', 't', 'v':
			joints = append(joints, map[byte]string{'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v"}[list[i]])
		default:
			joints = append(joints, list[i:i+1])
		}
	}
	if len(joints) == 0 {
		joints = []string{""}
	}
	return joints, nil
}

func pasteSerial(out output, r io.Reader, joints []string, end byte) error {
	lines := newLineReader(r, end)
	for n := 0; !out.broken(); n++ {
		line, _, err := lines.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if n > 0 {
			out.WriteString(joints[(n-1)%len(joints)])
		}
		out.Write(line)
	}
	return out.WriteByte(end)
}

func pasteParallel(out output, files []*lineReader, joints []string, end byte) error {
	for !out.broken() {
		more, held := false, 0 // joints are held back until a line is there
		for i, file := range files {
			line, _, err := file.next()
			if err != nil && err != io.EOF {
				return err
			}
			if err == nil && !more {
				more = true
				for k := range held {
					out.WriteString(joints[k%len(joints)])
				}
			}
			out.Write(line)
			if i == len(files)-1 {
				break
			}
			if held++; more {
				out.WriteString(joints[i%len(joints)])
			}
		}
		if !more {
			return nil
		}
		out.WriteByte(end)
	}
	return nil
}
