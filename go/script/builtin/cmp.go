package builtin

import (
	"bufio"
	"fmt"
	"io"
	"strconv"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// runCmp is cmp: whether two files are the same, and where they first differ. It exits with 0, 1 or, after an error, 2.
func runCmp(c *Context) int {
	o, err := parseOptions(c.Args, "s,quiet,silent", "l,verbose", "b,print-bytes", "n,bytes=")
	if err != nil {
		return c.usage(err)
	}
	limit := int64(1<<63 - 1)
	if text, given := o.value("n"); given {
		n, ok := parseSize(text)
		if !ok {
			return c.Fail(2, "invalid --bytes value %s", quote(text))
		}
		limit = n
	}
	switch {
	case len(o.args) == 0:
		return c.Fail(2, "missing operand after %s", quote(c.Name()))
	case len(o.args) > 2:
		return c.Fail(2, "extra operand %s", quote(o.args[2]))
	case len(o.args) == 1:
		o.args = append(o.args, "-")
	}
	if o.has("b") {
		return c.Fail(2, "option '-b' is not supported")
	}
	var sides [2]*bufio.Reader
	for i, name := range o.args {
		r, err := c.open(name)
		if err != nil {
			return c.Fail(2, "%s: %s", name, reason(err))
		}
		defer r.Close()
		sides[i] = bufio.NewReaderSize(io.LimitReader(r, limit), streamBuffer)
	}
	out := c.newOutput()
	status, err := c.compareStreams(o, out, sides, len(fmt.Sprint(c.smallest(o.args, limit))))
	if err != nil {
		return c.Fail(2, "%s", reason(err))
	}
	return c.finish(out, status)
}

// smallest is the size of the smallest file, where sizes are known, but at most limit.
func (c *Context) smallest(names []string, limit int64) int64 {
	for _, name := range names {
		if info, err := c.FS.Stat(c.Path(name)); name != "-" && err == nil && info.Type == scriptfs.Regular {
			limit = min(limit, info.Size)
		}
	}
	return limit
}

// compareStreams compares two streams byte by byte; width is that of the numbers of bytes that -l writes.
func (c *Context) compareStreams(o *options, out output, sides [2]*bufio.Reader, width int) (status int, err error) {
	line, inLine := int64(1), false
	for at := int64(1); ; at++ {
		a, errA := sides[0].ReadByte()
		b, errB := sides[1].ReadByte()
		switch {
		case errA == io.EOF && errB == io.EOF:
			return status, nil
		case errA != nil && errA != io.EOF:
			return 0, errA
		case errB != nil && errB != io.EOF:
			return 0, errB
		case errA != nil || errB != nil:
			name := o.args[0]
			if errB != nil {
				name = o.args[1]
			}
			if !o.has("s") {
				c.Errorf("%s", eofMessage(name, at-1, line, inLine, o.has("l")))
			}
			return 1, nil
		case a != b && o.has("s"):
			return 1, nil
		case a != b && o.has("l"):
			fmt.Fprintf(out, "%*d %3s %3s\n", width, at, strconv.FormatInt(int64(a), 8), strconv.FormatInt(int64(b), 8))
			status = 1
		case a != b:
			fmt.Fprintf(out, "%s %s differ: char %d, line %d\n", o.args[0], o.args[1], at, line)
			return 1, nil
		}
		if inLine = a != '\n'; !inLine {
			line++
		}
	}
}

// eofMessage says that a file ended after so many bytes.
func eofMessage(name string, bytes, line int64, inLine, short bool) string {
	switch {
	case bytes == 0:
		return fmt.Sprintf("EOF on %s which is empty", name)
	case short:
		return fmt.Sprintf("EOF on %s after byte %d", name, bytes)
	case inLine:
		return fmt.Sprintf("EOF on %s after byte %d, in line %d", name, bytes, line)
	}
	return fmt.Sprintf("EOF on %s after byte %d, line %d", name, bytes, line-1)
}
