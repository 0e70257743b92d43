package builtin

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// trSet is one of the sets of tr, written out.
type trSet struct {
	bytes []byte
	// classes are where [:upper:] and [:lower:] stand in bytes, by the index of their first byte.
	classes map[int]string
	// others is whether another class is in the set.
	others bool
	// fill is where [c*] stands, which repeats fillByte as often as needed; -1 for nowhere.
	fill     int
	fillByte byte
}

// trParser reads a set.
type trParser struct {
	text string
	set  trSet
}

// parseTrSet reads a set: bytes, escapes, ranges, [:class:], [=c=] and, in the second set, [c*n] and [c*].
func parseTrSet(text string, second bool) (trSet, error) {
	p := trParser{text: text, set: trSet{classes: map[int]string{}, fill: -1}}
	for p.text != "" {
		if done, err := p.bracket(second); err != nil {
			return p.set, err
		} else if done {
			continue
		}
		lo := p.next()
		if len(p.text) < 2 || p.text[0] != '-' {
			p.set.bytes = append(p.set.bytes, lo)
			continue
		}
		written := p.text
		p.text = p.text[1:]
		hi := p.next()
		if hi < lo {
			return p.set, fmt.Errorf("range-endpoints of '%s%s' are in reverse collating sequence order", trShow(lo),
				written[:len(written)-len(p.text)])
		}
		for b := int(lo); b <= int(hi); b++ {
			p.set.bytes = append(p.set.bytes, byte(b))
		}
	}
	return p.set, nil
}

// trShow shows a byte in messages of tr.
func trShow(b byte) string {
	if b < 32 || b > 126 {
		return fmt.Sprintf(`\%03o`, b)
	}
	return string(rune(b))
}

// next reads one byte, or the escape of one.
func (p *trParser) next() byte {
	b := p.text[0]
	p.text = p.text[1:]
	if b != '\\' || p.text == "" {
		return b
	}
	b = p.text[0]
	if b >= '0' && b <= '7' {
		return p.octal()
	}
	p.text = p.text[1:]
	if letter := strings.IndexByte("abfnrtv", b); letter >= 0 {
		return "\a\b\f\n\r\t\v"[letter]
	}
	return b
}

// octal reads up to three digits of a byte; a third that would go beyond a byte stands for itself.
func (p *trParser) octal() byte {
	value := 0
	for range 3 {
		if p.text == "" || p.text[0] < '0' || p.text[0] > '7' || value*8+int(p.text[0]-'0') > 255 {
			break
		}
		value = value*8 + int(p.text[0]-'0')
		p.text = p.text[1:]
	}
	return byte(value)
}

// bracket reads a class, an equivalence class or a repetition, where there is one.
func (p *trParser) bracket(second bool) (bool, error) {
	if !strings.HasPrefix(p.text, "[") {
		return false, nil
	}
	for _, mark := range []string{":", "="} {
		if !strings.HasPrefix(p.text, "["+mark) || len(p.text) < 3 {
			continue
		}
		name, rest, found := strings.Cut(p.text[2:], mark+"]")
		if !found {
			continue
		}
		if mark == "=" {
			if len(name) != 1 {
				return false, fmt.Errorf("%s: equivalence class operand must be a single character", name)
			}
			p.set.bytes = append(p.set.bytes, name[0])
			p.text = rest
			return true, nil
		}
		class, ok := classSet(name)
		if !ok {
			return false, fmt.Errorf("invalid character class %s", quote(name))
		}
		if name == "upper" || name == "lower" {
			p.set.classes[len(p.set.bytes)] = name
		} else {
			p.set.others = true
		}
		for b := range 256 {
			if class.has(byte(b)) {
				p.set.bytes = append(p.set.bytes, byte(b))
			}
		}
		p.text = rest
		return true, nil
	}
	return p.repetition(second)
}

// repetition reads [c*n] or [c*].
func (p *trParser) repetition(second bool) (bool, error) {
	inner := trParser{text: p.text[1:]}
	if inner.text == "" {
		return false, nil
	}
	b := inner.next()
	count, rest, found := strings.Cut(strings.TrimPrefix(inner.text, "*"), "]")
	if !strings.HasPrefix(inner.text, "*") || !found || strings.Trim(count, "0123456789") != "" {
		return false, nil
	}
	if !second {
		return false, errors.New("the [c*] repeat construct may not appear in string1")
	}
	n, err := strconv.ParseUint("0"+count, 0, 31) // a leading zero means octal
	if count != "" && count[0] != '0' {
		n, err = strconv.ParseUint(count, 10, 31)
	}
	if err != nil {
		return false, fmt.Errorf("invalid repeat count %s in [c*n] construct", quote(count))
	}
	p.text = rest
	if n == 0 {
		if p.set.fill >= 0 {
			return false, errors.New("only one [c*] repeat construct may appear in string2")
		}
		p.set.fill, p.set.fillByte = len(p.set.bytes), b
		return true, nil
	}
	for range n {
		p.set.bytes = append(p.set.bytes, b)
	}
	return true, nil
}

// has reports membership of each byte.
func (s *trSet) members() byteSet {
	var set byteSet
	for _, b := range s.bytes {
		set.add(b)
	}
	return set
}

// complement is the set of all other bytes, in order.
func (s *trSet) complement() trSet {
	set := s.members()
	all := trSet{classes: map[int]string{}, fill: -1, others: s.others || len(s.classes) > 0}
	for b := range 256 {
		if !set.has(byte(b)) {
			all.bytes = append(all.bytes, byte(b))
		}
	}
	return all
}
