package builtin

import "io"

// runTail is tail: the end of each file.
func runTail(c *Context) int {
	if len(c.Args) > 1 && isOldCount(c.Args[1], "-+") {
		sign := c.Args[1][:1]
		args := oldCount(c.Args[1][1:], c.Args[2:])
		if sign == "+" {
			for i, arg := range args {
				if arg == "-n" || arg == "-c" {
					args[i+1] = "+" + args[i+1]
					break
				}
			}
		}
		c = c.With(append([]string{c.Args[0]}, args...)...)
	}
	o, err := parseOptions(c.Args, "n,lines=", "c,bytes=", "q,quiet,silent", "v,verbose", "z,zero-terminated")
	if err != nil {
		return c.usage(err)
	}
	part, err := parsePart(o)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	if part.n == 0 && part.sign != '+' {
		return 0
	}
	out := c.newOutput()
	headers, end := newPartHeaders(out, o), lineEnd(o.has("z"))
	in := inputs{Context: c, names: o.args, cannot: "cannot open '%s' for reading: %s", broken: "error reading '%s': %s"}
	status := in.each(func(name string, r io.Reader) error {
		headers.write(name)
		var err error
		switch {
		case part.bytes && part.sign == '+':
			_, err = io.CopyN(io.Discard, r, max(part.n, 1)-1)
			if err == nil {
				err = out.copyFrom(r)
			}
		case part.bytes:
			err = tailBytes(out, r, part.n)
		case part.sign == '+':
			err = tailLinesFrom(out, r, part.n, end)
		default:
			err = tailLines(out, r, part.n, end)
		}
		if err == io.EOF {
			return nil
		}
		return err
	})
	return c.finish(out, status)
}

// tailLinesFrom copies line n and all after it.
func tailLinesFrom(out output, r io.Reader, n int64, end byte) error {
	lines := newLineReader(r, end)
	for ; n > 1; n-- {
		if _, _, err := lines.next(); err != nil {
			return err
		}
	}
	return out.copyFrom(lines.stream)
}

// tailLines copies the last n lines.
func tailLines(out output, r io.Reader, n int64, end byte) error {
	lines := newLineReader(r, end)
	var held queue
	for {
		line, ended, err := lines.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		held.push(line, ended, end)
		if int64(held.len()) > n {
			held.pop()
		}
	}
	for held.len() > 0 {
		out.Write(held.pop())
	}
	return nil
}

// tailBytes copies the last n bytes.
func tailBytes(out output, r io.Reader, n int64) error {
	if err := skipTo(r, n); err != nil {
		return err
	}
	var held []byte
	buffer := make([]byte, streamBuffer)
	for {
		k, err := r.Read(buffer)
		held = append(held, buffer[:k]...)
		if extra := int64(len(held)) - n; extra > 0 && (extra > n || err != nil) {
			held = append(held[:0], held[extra:]...)
		}
		if err == io.EOF {
			out.Write(held)
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// skipTo moves a stream that can seek to n bytes before its end, unless it is behind that already.
func skipTo(r io.Reader, n int64) error {
	seeker, ok := r.(io.Seeker)
	if !ok {
		return nil
	}
	at, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil // a pipe
	}
	size, err := seeker.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	_, err = seeker.Seek(max(at, size-n), io.SeekStart)
	return err
}
