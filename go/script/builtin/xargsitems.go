package builtin

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// xargsItems reads the items of xargs.
type xargsItems struct {
	stream *bufio.Reader
	delim  int    // what ends items; -1: blanks and newlines, with quotes
	whole  bool   // an item is a line (-I)
	end    string // an item that ends the input, "" for none
}

// xargsItem is an item; last says that its line ends behind it.
type xargsItem struct {
	text string
	last bool
}

// items reads from the options what separates items.
func (x *xargs) items(o *options, source io.Reader) (*xargsItems, error) {
	items := &xargsItems{stream: bufio.NewReaderSize(source, streamBuffer), delim: -1, whole: x.replace != ""}
	switch o.last("0", "d") {
	case "0":
		items.delim = 0
	case "d":
		text, _ := o.value("d")
		delim, err := xargsDelimiter(text)
		if err != nil {
			return nil, err
		}
		items.delim = delim
	}
	if option := o.last("E", "eof"); option != "" && items.delim < 0 {
		items.end, _ = o.value(option)
	}
	return items, nil
}

// xargsDelimiter reads a byte or the escape of one.
func xargsDelimiter(text string) (int, error) {
	if len(text) == 1 {
		return int(text[0]), nil
	}
	if strings.HasPrefix(text, `\`) {
		if out, rest, ok, _ := (escapeStyle{octal: true}).escape(text[1:]); ok && rest == "" && len(out) == 1 {
			return int(out[0]), nil
		}
	}
	return 0, fmt.Errorf("invalid input delimiter specification %s: the delimiter must be either a single character or an escape "+
		"sequence starting with \\", text)
}

// next returns the next item; io.EOF after the last.
func (i *xargsItems) next() (xargsItem, error) {
	if i.delim < 0 {
		item, err := i.quoted()
		if err == nil && i.end != "" && item.text == i.end {
			err = io.EOF
		}
		return item, err
	}
	text, err := i.stream.ReadString(byte(i.delim))
	switch {
	case err == io.EOF && text != "":
		return xargsItem{text, true}, nil
	case err != nil:
		return xargsItem{}, err
	}
	return xargsItem{text[:len(text)-1], true}, nil
}

// quoted reads an item that ends at a blank or a newline outside of quotes. A newline behind a blank does not end a line.
func (i *xargsItems) quoted() (xargsItem, error) {
	var item []byte
	started := false
	for {
		b, err := i.stream.ReadByte()
		if err == io.EOF && started {
			return xargsItem{string(item), true}, nil
		}
		if err != nil {
			return xargsItem{}, err
		}
		blank := b == ' ' || b == '\t'
		switch {
		case !started && (blank || b == '\n'):
		case b == '\n':
			return xargsItem{string(item), true}, nil
		case blank && !i.whole:
			return xargsItem{string(item), false}, nil
		case b == '\'' || b == '"':
			started = true
			text, err := i.stream.ReadString(b)
			if err != nil || strings.Contains(text, "\n") {
				return xargsItem{}, fmt.Errorf("unmatched %s quote; by default quotes are special to xargs unless you use the -0 option",
					map[byte]string{'\'': "single", '"': "double"}[b])
			}
			item = append(item, text[:len(text)-1]...)
		case b == '\\':
			if b, err = i.stream.ReadByte(); err == nil {
				item = append(item, b)
			}
			started = true
		default:
			item, started = append(item, b), true
		}
	}
}
