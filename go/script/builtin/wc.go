package builtin

import (
	"fmt"
	"io"
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// tally is what wc counts.
type tally struct{ lines, words, chars, bytes, longest int64 }

// runWc is wc: how many lines, words and bytes.
func runWc(c *Context) int {
	o, err := parseOptions(c.Args, "c,bytes", "m,chars", "l,lines", "L,max-line-length", "w,words")
	if err != nil {
		return c.usage(err)
	}
	out := c.newOutput()
	var total tally
	show := func(t tally, name string, width int) {
		var numbers []string
		all := len(o.given) == 0
		for _, column := range []struct {
			option string
			usual  bool
			n      int64
		}{{"l", true, t.lines}, {"w", true, t.words}, {"m", false, t.chars}, {"c", true, t.bytes}, {"L", false, t.longest}} {
			if o.has(column.option) || all && column.usual {
				numbers = append(numbers, fmt.Sprintf("%*d", width, column.n))
			}
		}
		if name != "" {
			numbers = append(numbers, name)
		}
		fmt.Fprintln(out, strings.Join(numbers, " "))
	}
	width := wcWidth(c, o)
	status := inputs{Context: c, names: o.args}.each(func(name string, r io.Reader) error {
		t, err := count(r)
		if len(o.args) == 0 {
			name = ""
		}
		show(t, name, width)
		total.lines += t.lines
		total.words += t.words
		total.chars += t.chars
		total.bytes += t.bytes
		total.longest = max(total.longest, t.longest)
		return err
	})
	if len(o.args) > 1 {
		show(total, "total", width)
	}
	return c.finish(out, status)
}

// wcWidth is how wide the columns are: as the sizes of the files need, 7 where a size is not known before, 1 for a single number.
func wcWidth(c *Context, o *options) int {
	columns := map[string]bool{}
	for _, g := range o.given {
		columns[g.name] = true
	}
	if len(columns) == 1 && len(o.args) <= 1 {
		return 1
	}
	var size int64
	width := 1
	names := o.args
	if len(names) == 0 {
		names = []string{"-"}
	}
	for _, name := range names {
		var info scriptfs.Info
		var err error
		if name != "-" {
			if info, err = c.FS.Stat(c.Path(name)); err != nil {
				continue
			}
		} else if file, ok := c.Stdin.(interface{ Stat() (scriptfs.Info, error) }); ok {
			info, _ = file.Stat()
		}
		if info.Type == scriptfs.Regular {
			size += info.Size
		} else {
			width = 7
		}
	}
	return max(width, len(fmt.Sprint(size)))
}

// count reads a stream to its end.
func count(r io.Reader) (tally, error) {
	var t tally
	buffer := make([]byte, streamBuffer)
	inWord, column := false, int64(0)
	for {
		n, err := r.Read(buffer)
		t.bytes += int64(n)
		for _, b := range buffer[:n] {
			switch {
			case b == '\n' || b == '\r' || b == '\f':
				if b == '\n' {
					t.lines++
				}
				column, inWord = 0, false
			case b == '\t':
				column, inWord = column+8-column%8, false
			case b == ' ':
				column, inWord = column+1, false
			case b == '\v':
				inWord = false
			default:
				printable := b > 32 && b < 127
				if printable {
					column++
				}
				if !inWord && printable {
					t.words, inWord = t.words+1, true
				}
			}
			t.longest = max(t.longest, column)
		}
		if err == io.EOF {
			t.chars = t.bytes
			return t, nil
		}
		if err != nil {
			return t, err
		}
	}
}
