package builtin

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// runTr is tr: translates, deletes and squeezes bytes of the standard input.
func runTr(c *Context) int {
	o, err := parseLeadingOptions(c.Args, "c,C,complement", "d,delete", "s,squeeze-repeats", "t,truncate-set1")
	if err != nil {
		return c.usage(err)
	}
	t, err := newTranslation(o)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	out := c.newOutput()
	status := 0
	buffer := make([]byte, streamBuffer)
	for !out.broken() {
		n, err := c.Stdin.Read(buffer)
		out.Write(t.apply(buffer[:n]))
		if err == io.EOF {
			break
		}
		if err != nil {
			status = c.Fail(1, "read error: %s", reason(err))
			break
		}
	}
	return c.finish(out, status)
}

// translation is what tr does to every byte.
type translation struct {
	to      [256]byte
	drop    byteSet
	squeeze byteSet
	last    int // the byte written last, -1 at first
}

func newTranslation(o *options) (*translation, error) {
	t := &translation{last: -1}
	for b := range t.to {
		t.to[b] = byte(b)
	}
	remove, squeeze := o.has("d"), o.has("s")
	if err := checkTrOperands(o.args, remove, squeeze); err != nil {
		return nil, err
	}
	first, err := parseTrSet(o.args[0], false)
	if err != nil {
		return nil, err
	}
	if o.has("c") {
		first = first.complement()
	}
	if remove {
		t.drop = first.members()
	}
	if len(o.args) == 1 {
		if squeeze {
			t.squeeze = first.members()
		}
		return t, nil
	}
	second, err := parseTrSet(o.args[1], true)
	if err != nil {
		return nil, err
	}
	if !remove {
		if err := t.pair(first, second, o.has("t"), o.has("c")); err != nil {
			return nil, err
		}
	}
	if squeeze {
		if second.fill >= 0 {
			second.bytes = append(second.bytes, second.fillByte)
		}
		t.squeeze = second.members()
	}
	return t, nil
}

func checkTrOperands(args []string, remove, squeeze bool) error {
	low, high := 2, 2
	switch {
	case remove && squeeze:
	case remove:
		low, high = 1, 1
	case squeeze:
		low = 1
	}
	switch {
	case len(args) == 0:
		return errors.New("missing operand")
	case len(args) < low && remove:
		return fmt.Errorf("missing operand after %s\nTwo strings must be given when both deleting and squeezing repeats", quote(args[0]))
	case len(args) < low:
		return fmt.Errorf("missing operand after %s\nTwo strings must be given when translating", quote(args[0]))
	case len(args) > high && high == 1:
		return fmt.Errorf("extra operand %s\nOnly one string may be given when deleting without squeezing repeats", quote(args[high]))
	case len(args) > high:
		return fmt.Errorf("extra operand %s", quote(args[high]))
	}
	return nil
}

// pair makes each byte of first become the one at the same place of second, whose last byte stands for all that are missing.
func (t *translation) pair(first, second trSet, truncate, complemented bool) error {
	if second.others {
		return errors.New("when translating, the only character classes that may appear in\nstring2 are 'upper' and 'lower'")
	}
	if second.fill >= 0 {
		missing := max(0, len(first.bytes)-len(second.bytes))
		second.bytes = slices.Insert(second.bytes, second.fill, slices.Repeat([]byte{second.fillByte}, missing)...)
	}
	for at := range second.classes {
		if first.classes[at] == "" {
			return errors.New("misaligned [:upper:] and/or [:lower:] construct")
		}
	}
	if complemented && first.others && len(slices.Compact(slices.Sorted(slices.Values(second.bytes)))) > 1 {
		return errors.New("when translating with complemented character classes,\nstring2 must map all characters in the domain to one")
	}
	switch {
	case truncate:
		first.bytes = first.bytes[:min(len(first.bytes), len(second.bytes))]
	case len(second.bytes) == 0 && len(first.bytes) > 0:
		return errors.New("when not truncating set1, string2 must be non-empty")
	case len(second.bytes) < len(first.bytes) && endsWithClass(second):
		return errors.New("when translating with string1 longer than string2,\nthe latter string must not end with a character class")
	}
	for i, b := range first.bytes {
		t.to[b] = second.bytes[min(i, len(second.bytes)-1)]
	}
	return nil
}

// endsWithClass reports whether the last bytes of a set are those of a class.
func endsWithClass(s trSet) bool {
	return s.classes[len(s.bytes)-26] != ""
}

// apply translates a piece of the input in place and returns what is left of it.
func (t *translation) apply(piece []byte) []byte {
	kept := piece[:0]
	for _, b := range piece {
		if t.drop.has(b) {
			continue
		}
		b = t.to[b]
		if t.last == int(b) && t.squeeze.has(b) {
			continue
		}
		t.last = int(b)
		kept = append(kept, b)
	}
	return kept
}
