package builtin

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// catFormat is how cat shows what it reads.
type catFormat struct {
	number, nonblank, squeeze, ends, tabs, controls bool

	out     output
	line    int
	inside  bool // a line has begun
	blank   int  // empty lines just written
	pending bool // a carriage return, which -E shows before the end of a line
}

// runCat is cat: the files one after another.
func runCat(c *Context) int {
	o, err := parseOptions(c.Args, "A,show-all", "b,number-nonblank", "e", "E,show-ends", "n,number", "s,squeeze-blank", "t",
		"T,show-tabs", "u", "v,show-nonprinting")
	if err != nil {
		return c.usage(err)
	}
	f := catFormat{
		number: o.has("n"), nonblank: o.has("b"), squeeze: o.has("s"),
		ends:     o.has("E") || o.has("A") || o.has("e"),
		tabs:     o.has("T") || o.has("A") || o.has("t"),
		controls: o.has("v") || o.has("A") || o.has("e") || o.has("t"),
		out:      c.newOutput(),
	}
	plain := !(f.number || f.nonblank || f.squeeze || f.ends || f.tabs || f.controls)
	status := inputs{Context: c, names: o.args}.each(func(_ string, r io.Reader) error {
		if isOutput(c, r) {
			return errInputIsOutput
		}
		if plain {
			_, err := io.Copy(c.Stdout, readerOnly{r})
			return err
		}
		return f.show(bufio.NewReaderSize(r, streamBuffer))
	})
	if f.pending {
		f.out.WriteByte('\r')
	}
	return c.finish(f.out, status)
}

var errInputIsOutput = errors.New("input file is output file")

// isOutput reports whether r is a file with content that the command writes to: reading it would never end.
func isOutput(c *Context, r io.Reader) bool {
	in, ok := r.(interface{ Stat() (scriptfs.Info, error) })
	out, ok2 := c.Stdout.(interface{ Stat() (scriptfs.Info, error) })
	if !ok || !ok2 {
		return false
	}
	from, err := in.Stat()
	to, err2 := out.Stat()
	return err == nil && err2 == nil && from.Type == scriptfs.Regular && from.Ino == to.Ino && from.Size > 0
}

// readerOnly hides other methods of a stream, so that io.Copy uses a small buffer of its own.
type readerOnly struct{ io.Reader }

func (f *catFormat) show(r *bufio.Reader) error {
	for !f.out.broken() {
		b, err := r.ReadByte()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		f.byte(b)
	}
	return nil
}

func (f *catFormat) byte(b byte) {
	if f.pending {
		f.pending = false
		if b == '\n' {
			f.out.WriteString("^M")
		} else {
			f.shown('\r')
		}
	}
	if !f.inside {
		if b != '\n' {
			f.blank = 0
		} else if f.blank++; f.squeeze && f.blank > 1 {
			return
		}
		if f.nonblank && b != '\n' || f.number && !f.nonblank {
			f.line++
			fmt.Fprintf(f.out, "%6d\t", f.line)
		}
	}
	f.inside = b != '\n'
	switch {
	case b == '\n' && f.ends:
		f.out.WriteString("$\n")
	case b == '\n':
		f.out.WriteByte(b)
	case b == '\r' && f.ends && !f.controls:
		f.pending = true
	default:
		f.shown(b)
	}
}

// shown writes a byte within a line.
func (f *catFormat) shown(b byte) {
	switch {
	case b == '\t' && f.tabs:
		f.out.WriteString("^I")
	case b == '\t' || !f.controls:
		f.out.WriteByte(b)
	default:
		f.out.WriteString(caretNotation(b))
	}
}

// caretNotation shows a byte as printable ones: ^A, M-x, M-^?.
func caretNotation(b byte) string {
	switch {
	case b >= 128:
		return "M-" + caretNotation(b-128)
	case b == 127:
		return "^?"
	case b < 32:
		return "^" + string(rune(b+64))
	}
	return string(rune(b))
}
