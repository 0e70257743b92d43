package builtin

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"syscall"
)

// lineReader reads a stream line by line, however long the lines are.
type lineReader struct {
	stream *bufio.Reader
	end    byte // of a line: '\n', or 0 with the options -z
	zeros  bool // a zero byte ends a line too
	long   []byte
}

// streamBuffer is how much of a stream is read at once.
const streamBuffer = 1 << 15

func newLineReader(r io.Reader, end byte) *lineReader {
	return &lineReader{stream: bufio.NewReaderSize(r, streamBuffer), end: end}
}

// next returns the next line without its end, valid until the next call; ended says whether it had one (the last line of a stream may not).
// At the end of the stream err is io.EOF.
func (l *lineReader) next() (line []byte, ended bool, err error) {
	if l.zeros {
		return l.nextPiece()
	}
	line, err = l.stream.ReadSlice(l.end)
	if err == bufio.ErrBufferFull {
		l.long = l.long[:0]
		for err == bufio.ErrBufferFull {
			l.long = append(l.long, line...)
			line, err = l.stream.ReadSlice(l.end)
		}
		l.long = append(l.long, line...)
		line = l.long
	}
	switch {
	case err == nil:
		return line[:len(line)-1], true, nil
	case err == io.EOF && len(line) > 0:
		return line, false, nil
	}
	return nil, false, err
}

// nextPiece is next where zero bytes end lines too.
func (l *lineReader) nextPiece() (line []byte, ended bool, err error) {
	l.long = l.long[:0]
	for {
		if _, err := l.stream.Peek(1); err == io.EOF && len(l.long) > 0 {
			return l.long, false, nil
		} else if err != nil {
			return nil, false, err
		}
		chunk, _ := l.stream.Peek(l.stream.Buffered())
		length := bytes.IndexByte(chunk, l.end)
		if length >= 0 {
			chunk = chunk[:length]
		}
		if zero := bytes.IndexByte(chunk, 0); zero >= 0 {
			chunk, length = chunk[:zero], zero
		}
		l.long = append(l.long, chunk...)
		if length >= 0 {
			_, err := l.stream.Discard(length + 1)
			return l.long, true, err
		}
		if _, err := l.stream.Discard(len(chunk)); err != nil {
			return nil, false, err
		}
	}
}

// atEnd reports whether nothing follows.
func (l *lineReader) atEnd() bool {
	_, err := l.stream.Peek(1)
	return err != nil
}

// lineEnd is what ends lines: a zero byte where the option is given.
func lineEnd(zero bool) byte {
	if zero {
		return 0
	}
	return '\n'
}

// output is a command's standard output, buffered.
type output struct{ *bufio.Writer }

func (c *Context) newOutput() output { return output{bufio.NewWriterSize(c.Stdout, streamBuffer)} }

// broken reports whether writing has failed: nothing more need be made.
func (o output) broken() bool {
	_, err := o.Write(nil)
	return err != nil
}

// line writes a line and its end.
func (o output) line(line []byte, end byte) {
	o.Write(line)
	o.WriteByte(end)
}

// copyFrom copies a stream to its end. Unlike ReadFrom it leaves the output usable when reading fails.
func (o output) copyFrom(r io.Reader) error {
	_, err := io.Copy(struct{ io.Writer }{o}, readerOnly{r})
	return err
}

// finish writes what is left and returns the command's exit status: status, or 1 when writing failed. A reader that has gone is no failure,
// whenever it went.
func (c *Context) finish(o output, status int) int {
	if err := o.Flush(); err != nil && !readerGone(err) {
		return c.Fail(1, "write error: %s", reason(err))
	}
	return status
}

// readerGone reports whether err is that of a pipe that nobody reads any more.
func readerGone(err error) bool {
	return errors.Is(err, io.ErrClosedPipe) || errors.Is(err, syscall.EPIPE)
}

// inputs are the files that a command reads.
type inputs struct {
	*Context
	names []string // no names: standard input; so is "-"
	// cannot is the message for a file that cannot be opened, with its name and the reason; "" stands for "%s: %s".
	cannot string
	// broken is the message for one that cannot be read to its end, in the same way.
	broken string
	// failure is the exit status when a file could not be read, 0 stands for 1.
	failure int
}

// each gives do every input in turn, and returns the exit status. A file that cannot be read is reported and left out.
func (in inputs) each(do func(name string, r io.Reader) error) int {
	names, status := in.names, 0
	if len(names) == 0 {
		names = []string{"-"}
	}
	for _, name := range names {
		if in.one(name, do) != 0 {
			status = max(in.failure, 1)
		}
	}
	return status
}

func (in inputs) one(name string, do func(name string, r io.Reader) error) int {
	if name == "-" { // itself, for those who ask whether it can seek
		return in.report(name, do(name, in.Stdin))
	}
	r, err := in.open(name)
	if err != nil {
		return in.Fail(1, cmp.Or(in.cannot, "%s: %s"), name, reason(err))
	}
	defer r.Close()
	return in.report(name, do(name, r))
}

// report says why an input could not be read to its end, if so.
func (in inputs) report(name string, err error) int {
	if err == nil || readerGone(err) {
		return 0
	}
	return in.Fail(1, cmp.Or(in.broken, "%s: %s"), name, reason(err))
}

// open opens a file, "-" being standard input.
func (c *Context) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(c.Stdin), nil
	}
	return c.Open(name)
}

// usage reports a wrong command line.
func (c *Context) usage(err error) int { return c.Fail(usageStatus, "%v", err) }
