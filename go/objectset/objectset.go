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
	"fmt"
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
	path     store.Path
	nar      string
	inputs   []string
	manifest bytes.Buffer
}

// Read reads a set. It opens no object.
func Read(file string) (*Set, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := &Set{file: file, byPath: map[store.Path]*member{}}
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for line := 1; in.Scan(); line++ {
		if err := s.record(in.Text()); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", file, line, err)
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

func (s *Set) record(line string) error {
	kind, rest, _ := strings.Cut(line, "\x00")
	if kind == "object" {
		return s.begin(rest)
	}
	if len(s.members) == 0 {
		return fmt.Errorf("%q before the first object", kind)
	}
	m := s.members[len(s.members)-1]
	switch kind {
	case "nar":
		m.nar = rest
		m.inputs = append(m.inputs, rest)
	case "input":
		m.inputs = append(m.inputs, rest)
	default:
		m.manifest.WriteString(line)
		m.manifest.WriteByte('\n')
	}
	return nil
}

func (s *Set) begin(text string) error {
	path, err := store.ParseAnyPath(text)
	if err != nil {
		return err
	}
	if s.byPath[path] != nil {
		return fmt.Errorf("%s is there twice", path)
	}
	m := &member{path: path}
	s.byPath[path] = m
	s.members = append(s.members, m)
	return nil
}

// Open opens one object of the set.
func (s *Set) Open(path store.Path) (*object.Object, error) {
	m := s.byPath[path]
	if m == nil {
		return nil, fmt.Errorf("%s: no object %s", s.file, path)
	}
	if m.nar != "" {
		return object.Open(path, m.nar)
	}
	o, err := object.ReadManifest(path, bytes.NewReader(m.manifest.Bytes()), "")
	if err != nil {
		return nil, fmt.Errorf("%s from %s: %w", path, s.file, err)
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
