package builtin

import (
	"bufio"
	"encoding/base64"
	"errors"
	"io"
	"strconv"
)

// runBase64 is base64: encodes, or with -d decodes.
func runBase64(c *Context) int {
	o, err := parseOptions(c.Args, "d,decode,D", "i,ignore-garbage", "w,wrap=")
	if err != nil {
		return c.usage(err)
	}
	width := 76
	if text, given := o.value("w"); given {
		if width, err = strconv.Atoi(text); err != nil || width < 0 {
			return c.Fail(1, "invalid wrap size: %s", quote(text))
		}
	}
	if len(o.args) > 1 {
		return c.Fail(1, "extra operand %s", quote(o.args[1]))
	}
	out := c.newOutput()
	invalid := false
	status := inputs{Context: c, names: o.args}.each(func(_ string, r io.Reader) error {
		if !o.has("d") {
			return encodeBase64(out, r, width)
		}
		err := decodeBase64(out, &base64Filter{r, o.has("i")})
		if err == errBase64 {
			invalid = true
			return nil
		}
		return err
	})
	if invalid {
		status = c.Fail(1, "invalid input")
	}
	return c.finish(out, status)
}

// errBase64 is an input that is no base64.
var errBase64 = errors.New("invalid input")

// decodeBase64 decodes four characters at a time; what is before the first wrong one is written.
func decodeBase64(out output, r io.Reader) error {
	stream := bufio.NewReaderSize(r, streamBuffer)
	var four [4]byte
	var three [3]byte
	for !out.broken() {
		n, err := io.ReadFull(stream, four[:])
		switch err {
		case nil:
		case io.EOF:
			return nil
		case io.ErrUnexpectedEOF:
			k, _ := base64.RawStdEncoding.Decode(three[:], four[:n])
			out.Write(three[:k])
			return errBase64
		default:
			return err
		}
		k, err := base64.StdEncoding.Decode(three[:], four[:])
		out.Write(three[:k])
		if err != nil {
			return errBase64
		}
	}
	return nil
}

// base64Filter leaves newlines out, and with garbage all that is no base64.
type base64Filter struct {
	io.Reader
	garbage bool
}

func (f *base64Filter) Read(p []byte) (int, error) {
	for {
		n, err := f.Reader.Read(p)
		kept := p[:0]
		for _, b := range p[:n] {
			known := isLetter(b) || isDigit(b) || b == '+' || b == '/' || b == '='
			if known || b != '\n' && !f.garbage {
				kept = append(kept, b)
			}
		}
		if len(kept) > 0 || err != nil {
			return len(kept), err
		}
	}
}

// encodeBase64 writes lines of that width, 0 for one line without an end.
func encodeBase64(out output, r io.Reader, width int) error {
	w := &wrapper{out: out, width: width}
	encoder := base64.NewEncoder(base64.StdEncoding, w)
	if _, err := io.Copy(encoder, readerOnly{r}); err != nil {
		return err
	}
	if err := encoder.Close(); err != nil {
		return err
	}
	if w.column > 0 && width > 0 {
		return out.WriteByte('\n')
	}
	return nil
}

// wrapper ends lines after so many bytes.
type wrapper struct {
	out           output
	width, column int
}

func (w *wrapper) Write(p []byte) (int, error) {
	total := len(p)
	if w.width == 0 {
		return w.out.Write(p)
	}
	for len(p) > 0 {
		n := min(len(p), w.width-w.column)
		if _, err := w.out.Write(p[:n]); err != nil {
			return 0, err
		}
		p = p[n:]
		if w.column += n; w.column == w.width {
			w.out.WriteByte('\n')
			w.column = 0
		}
	}
	return total, nil
}
