package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/objectset"
	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// pool is a set of objects that remembers which were opened.
type pool struct {
	*objectset.Set

	mu     sync.Mutex
	opened map[store.Path]bool
}

// pool reads the set of objects, none of them yet.
func (f *scriptFlags) pool() (*pool, error) {
	p := &pool{Set: &objectset.Set{}, opened: map[store.Path]bool{}}
	if f.Objects == "" {
		return p, nil
	}
	var err error
	if p.Set, err = objectset.Read(f.Objects); err != nil {
		return nil, err
	}
	for _, path := range p.Paths() {
		if _, err := store.ParsePath(f.StoreDir, string(path)); err != nil {
			return nil, fmt.Errorf("--objects: %w: give the right --store-dir", err)
		}
	}
	return p, nil
}

// Open opens an object.
func (p *pool) Open(path store.Path) (*object.Object, error) {
	p.mu.Lock()
	p.opened[path] = true
	p.mu.Unlock()
	return p.Set.Open(path)
}

// writeUnused lists the files of objects that were not opened, without those
// that are needed for something else.
func (p *pool) writeUnused(file string, needed []string) error {
	other := map[string]bool{}
	for _, name := range needed {
		path, err := filepath.Abs(name)
		if err != nil {
			return err
		}
		other[path] = true
	}
	var lines strings.Builder
	for _, input := range p.InputsExcept(p.opened) {
		path, err := filepath.Abs(input)
		if err != nil {
			return err
		}
		if !other[path] {
			lines.WriteString(input + "\n")
		}
	}
	return outfile.Write(file, []byte(lines.String()))
}
