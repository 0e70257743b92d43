package bash

import (
	"fmt"

	"mvdan.cc/sh/v3/syntax"
)

// slice takes a part of a text, in bytes, or of a list.
func (sh *Shell) slice(sl *syntax.Slice, o *operand) error {
	offset, err := sh.arithmeticNode(sl.Offset)
	if err != nil {
		return err
	}
	length, bounded := int64(0), sl.Length != nil
	if bounded {
		if length, err = sh.arithmeticNode(sl.Length); err != nil {
			return err
		}
	}
	if o.list {
		return sh.sliceList(o, offset, length, bounded)
	}
	text := o.text()
	size := int64(len(text))
	if offset < 0 {
		offset += size
	}
	if offset < 0 || offset > size {
		o.values = []string{""}
		return nil
	}
	end := size
	if bounded {
		if end = offset + length; length < 0 {
			end = size + length
		}
		if end < offset {
			return &expansionError{message: fmt.Sprintf("%d: substring expression < 0", length), status: 1}
		}
	}
	o.values = []string{text[offset:min(end, size)]}
	return nil
}

func (sh *Shell) sliceList(o *operand, offset, length int64, bounded bool) error {
	if bounded && length < 0 {
		return &expansionError{message: fmt.Sprintf("%d: substring expression < 0", length), status: 1}
	}
	values := o.values
	switch {
	case o.name == "@" || o.name == "*":
		// $0 is before the first one.
		values = append([]string{sh.name}, values...)
		if offset < 0 {
			offset += int64(len(values))
		}
	case o.v.kind == indexed:
		if offset < 0 {
			offset += int64(o.v.list.after())
		}
		if offset >= 0 {
			at, _ := o.v.list.find(int(min(offset, 1<<40)))
			offset = int64(at)
		}
	case o.v.kind == associative:
		sh.refuse("a slice of an associative array")
	case offset < 0:
		offset += int64(len(values))
	}
	if offset < 0 || offset > int64(len(values)) {
		o.values = nil
		return nil
	}
	values = values[offset:]
	if bounded && length < int64(len(values)) {
		values = values[:length]
	}
	o.values = values
	return nil
}
