// Package objectset reads the store objects that an action may need from one
// parameter file, and opens those that it does need.
//
// The file has one record a line, fields separated by NUL:
//
//	object STORE_PATH          begins an object
//	nar FILE                   the object is in a NAR
//	input FILE                 a file or directory that the object is made of
//	(a record of a manifest)   see package object
package objectset

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// Set is a number of store objects, none of them open.
type Set struct {
	file    string
	members []*member
	byPath  map[store.Path]*member
}

type member struct {
	path store.Path
	// line is the number of the line that begins the object.
	line     int
	nar      string
	inputs   []string
	manifest bytes.Buffer
}

// maxLine bounds a record, of which the longest holds two paths.
const maxLine = 64 << 10

// Read reads a set. It opens no object. Errors name the file and the line.
func Read(file string) (*Set, error) {
	s := New(file)
	if err := EachRecord(file, s.Add); err != nil {
		return nil, err
	}
	return s, nil
}

// New is a set without objects yet, whose records are in a file.
func New(file string) *Set { return &Set{file: file, byPath: map[store.Path]*member{}} }

// EachRecord calls a function for each record of a file, with the number of its
// line. Errors name the file and the line.
func EachRecord(file string, record func(number int, line string) error) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, maxLine)
	for number := 1; ; number++ {
		line, err := in.ReadSlice('\n')
		switch {
		case err == io.EOF && len(line) == 0:
			return nil
		case err == io.EOF:
			err = errors.New("it has no newline at its end: the file is truncated")
		case errors.Is(err, bufio.ErrBufferFull):
			err = fmt.Errorf("it has more than %d bytes", maxLine)
		case err == nil:
			err = record(number, string(line[:len(line)-1]))
		}
		if err != nil {
			return fmt.Errorf("%s: line %d: %w", file, number, err)
		}
	}
}

// Add takes the next record; number is that of its line.
func (s *Set) Add(number int, line string) error {
	kind, rest, _ := strings.Cut(line, "\x00")
	if kind == "object" {
		return s.begin(number, rest)
	}
	if len(s.members) == 0 {
		return fmt.Errorf("%.40q before the first object", kind)
	}
	m := s.members[len(s.members)-1]
	switch kind {
	case "nar", "input":
		if rest == "" {
			return fmt.Errorf("%q names no file", kind)
		}
		m.inputs = append(m.inputs, rest)
	default:
		m.manifest.WriteString(line)
		m.manifest.WriteByte('\n')
	}
	if kind == "nar" {
		if m.nar != "" {
			return fmt.Errorf("%s has a second NAR: it is in %s", m.path, m.nar)
		}
		m.nar = rest
	}
	if m.nar != "" && m.manifest.Len() > 0 {
		return fmt.Errorf("%s has both a NAR, %s, and records of a manifest: give one of them", m.path, m.nar)
	}
	return nil
}

func (s *Set) begin(number int, text string) error {
	path, err := store.ParseAnyPath(text)
	if err != nil {
		return err
	}
	if s.byPath[path] != nil {
		return fmt.Errorf("%s is there twice", path)
	}
	m := &member{path: path, line: number}
	s.byPath[path] = m
	s.members = append(s.members, m)
	return nil
}

// Open opens one object of the set.
func (s *Set) Open(path store.Path) (*object.Object, error) {
	m := s.byPath[path]
	if m == nil {
		return nil, fmt.Errorf("%s: no object %s: the plan was made for other objects", s.file, path)
	}
	if m.nar != "" {
		return object.Open(path, m.nar)
	}
	o, err := object.ReadManifest(path, bytes.NewReader(m.manifest.Bytes()), "")
	if err != nil {
		return nil, fmt.Errorf("%s from %s, its records after line %d: %w", path, s.file, m.line, err)
	}
	return o, nil
}

// InputsExcept lists the files that only objects other than those given are
// made of, in the order of the set.
func (s *Set) InputsExcept(paths map[store.Path]bool) []string {
	needed := map[string]bool{}
	for path := range paths {
		if m := s.byPath[path]; m != nil {
			for _, input := range m.inputs {
				needed[input] = true
			}
		}
	}
	var unused []string
	for _, m := range s.members {
		for _, input := range m.inputs {
			if !needed[input] {
				needed[input] = true
				unused = append(unused, input)
			}
		}
	}
	return unused
}
