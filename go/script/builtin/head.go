package builtin

import (
	"io"
	"strings"
)

// runHead is head: the beginning of each file.
func runHead(c *Context) int {
	if len(c.Args) > 1 && isOldCount(c.Args[1], "-") {
		c = c.With(append([]string{c.Args[0]}, oldCount(c.Args[1][1:], c.Args[2:])...)...)
	}
	o, err := parseOptions(c.Args, "n,lines=", "c,bytes=", "q,quiet,silent", "v,verbose", "z,zero-terminated")
	if err != nil {
		return c.usage(err)
	}
	part, err := parsePart(o)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	out := c.newOutput()
	headers, end := newPartHeaders(out, o), lineEnd(o.has("z"))
	in := inputs{Context: c, names: o.args, cannot: "cannot open '%s' for reading: %s", broken: "error reading '%s': %s"}
	status := in.each(func(name string, r io.Reader) error {
		headers.write(name)
		var err error
		switch {
		case part.bytes && part.sign == '-':
			err = headBytesBut(out, r, part.n)
		case part.bytes:
			err = out.copyFrom(io.LimitReader(r, part.n))
		case part.sign == '-':
			err = headLinesBut(out, r, part.n, end)
		default:
			err = headLines(out, r, part.n, end)
		}
		if err == io.EOF {
			return nil
		}
		return err
	})
	return c.finish(out, status)
}

// isOldCount reports whether an argument is an option of old: a sign and digits, then letters.
func isOldCount(arg, signs string) bool {
	return len(arg) > 1 && strings.IndexByte(signs, arg[0]) >= 0 && arg[1] >= '0' && arg[1] <= '9'
}

// oldCount writes "5", "5c" or "5q" (the option without its sign) as options of today.
func oldCount(text string, rest []string) []string {
	digits := text[:len(text)-len(strings.TrimLeft(text, "0123456789"))]
	option, args := "-n", []string{}
	for _, letter := range text[len(digits):] {
		switch letter {
		case 'c':
			option = "-c"
		case 'b', 'k', 'm':
			option, digits = "-c", digits+strings.ToUpper(string(letter))
			digits = strings.Replace(digits, "B", "b", 1)
		case 'l':
		default:
			args = append(args, "-"+string(letter))
		}
	}
	return append(append(args, option, digits), rest...)
}

// headLines copies n lines and leaves what follows them unread, for those who read the same stream later.
func headLines(out output, r io.Reader, n int64, end byte) error {
	seeker, _ := r.(io.Seeker)
	if seeker != nil {
		if _, err := seeker.Seek(0, io.SeekCurrent); err != nil {
			seeker = nil
		}
	}
	if seeker == nil {
		r = singleBytes{r}
	}
	lines := newLineReader(r, end)
	for ; n > 0 && !out.broken(); n-- {
		line, ended, err := lines.next()
		if err != nil {
			return err
		}
		out.Write(line)
		if ended {
			out.WriteByte(end)
		}
	}
	if seeker == nil {
		return nil
	}
	_, err := seeker.Seek(-int64(lines.stream.Buffered()), io.SeekCurrent)
	return err
}

// singleBytes reads one byte at a time: a pipe takes nothing back.
type singleBytes struct{ io.Reader }

func (s singleBytes) Read(p []byte) (int, error) { return s.Reader.Read(p[:min(1, len(p))]) }

// headLinesBut copies all but the last n lines.
func headLinesBut(out output, r io.Reader, n int64, end byte) error {
	lines := newLineReader(r, end)
	var held queue
	for !out.broken() {
		line, ended, err := lines.next()
		if err != nil {
			return err
		}
		held.push(line, ended, end)
		if int64(held.len()) > n {
			out.Write(held.pop())
		}
	}
	return nil
}

// headBytesBut copies all but the last n bytes.
func headBytesBut(out output, r io.Reader, n int64) error {
	var held []byte
	buffer := make([]byte, streamBuffer)
	for !out.broken() {
		k, err := r.Read(buffer)
		held = append(held, buffer[:k]...)
		if extra := int64(len(held)) - n; extra > 0 {
			out.Write(held[:extra])
			held = append(held[:0], held[extra:]...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// queue holds lines, first in first out; the memory of lines that left is used again.
type queue struct {
	lines [][]byte
	first int
}

func (q *queue) len() int { return len(q.lines) - q.first }

func (q *queue) push(line []byte, ended bool, end byte) {
	var memory []byte
	if q.first > 0 && q.first*2 >= len(q.lines) {
		memory = q.lines[0][:0]
		q.lines = append(q.lines[:0], q.lines[q.first:]...)
		q.first = 0
	}
	memory = append(memory, line...)
	if ended {
		memory = append(memory, end)
	}
	q.lines = append(q.lines, memory)
}

func (q *queue) pop() []byte {
	q.first++
	return q.lines[q.first-1]
}
