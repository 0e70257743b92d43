package jsonfile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// sorter copies JSON that an encoder wrote, so that it is valid and has no
// blanks, with the keys of objects in order. It needs no memory but for the
// copy, where decoding into maps takes several times the size.
type sorter struct {
	in  []byte
	at  int
	out []byte
}

// sortKeys gives the value with its keys in the order of their bytes, and what
// follows it. Of several members with one key the last stays.
func sortKeys(in []byte) ([]byte, error) {
	s := &sorter{in: in, out: make([]byte, 0, len(in))}
	if err := s.value(); err != nil {
		return nil, err
	}
	return append(s.out, in[s.at:]...), nil
}

func (s *sorter) value() error {
	switch s.in[s.at] {
	case '{':
		return s.object()
	case '[':
		return s.array()
	case '"':
		_, err := s.text()
		return err
	}
	end := s.at + bytes.IndexAny(s.in[s.at:], ",]}\n")
	s.out = append(s.out, s.in[s.at:end]...)
	s.at = end
	return nil
}

// copy copies one byte.
func (s *sorter) copy() {
	s.out = append(s.out, s.in[s.at])
	s.at++
}

func (s *sorter) array() error {
	for {
		s.copy() // the bracket or a comma
		if s.in[s.at] == ']' {
			break
		}
		if err := s.value(); err != nil {
			return err
		}
		if s.in[s.at] == ']' {
			break
		}
	}
	s.copy()
	return nil
}

// text copies a string in the form that the encoder gives it, quotes included.
func (s *sorter) text() (raw []byte, err error) {
	end, plain := s.at+1, true
	for s.in[end] != '"' {
		plain = plain && s.in[end] != '\\' && s.in[end] < utf8.RuneSelf
		if s.in[end] == '\\' {
			end++
		}
		end++
	}
	raw = s.in[s.at : end+1]
	s.at = end + 1
	if !plain {
		var decoded string
		if err := json.Unmarshal(raw, &decoded); err != nil {
			return nil, err
		}
		if raw, err = encode(decoded); err != nil {
			return nil, err
		}
		raw = raw[:len(raw)-1] // without the newline
	}
	s.out = append(s.out, raw...)
	return raw, nil
}

// member is where a member of an object is in the copy, key and value.
type member struct {
	key        string
	start, end int
}

func (s *sorter) object() error {
	s.copy()
	start := len(s.out)
	var members []member
	sorted := true
	for s.in[s.at] != '}' {
		if s.in[s.at] == ',' {
			s.copy()
		}
		m := member{start: len(s.out)}
		raw, err := s.text()
		if err != nil {
			return err
		}
		if m.key, err = keyOf(raw); err != nil {
			return err
		}
		s.copy() // the colon
		if err := s.value(); err != nil {
			return err
		}
		m.end = len(s.out)
		sorted = sorted && (len(members) == 0 || members[len(members)-1].key < m.key)
		members = append(members, m)
	}
	if !sorted {
		s.reorder(start, members)
	}
	s.copy()
	return nil
}

// keyOf is a key without quotes and escapes.
func keyOf(raw []byte) (key string, err error) {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1]), nil
	}
	err = json.Unmarshal(raw, &key)
	return key, err
}

// reorder puts the members, which begin at start, in order.
func (s *sorter) reorder(start int, members []member) {
	before := bytes.Clone(s.out[start:])
	s.out = s.out[:start]
	slices.SortStableFunc(members, func(a, b member) int { return cmp.Compare(a.key, b.key) })
	for n, m := range members {
		if n+1 < len(members) && members[n+1].key == m.key {
			continue
		}
		if len(s.out) > start {
			s.out = append(s.out, ',')
		}
		s.out = append(s.out, before[m.start-start:m.end-start]...)
	}
}
