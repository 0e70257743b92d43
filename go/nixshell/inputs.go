package nixshell

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/store"
)

// checkInputs refuses a derivation that names a store object which the image
// does not have: the build would fail in the container, and only there.
func (m *maker) checkInputs() error {
	s := scanner{dir: m.StoreDir + "/", known: map[string]bool{}, found: map[store.Path]string{}}
	for _, paths := range [][]store.Path{m.Inputs, m.ExtraPackages, {m.Object}} {
		for _, p := range paths {
			s.known[p.HashPart()] = true
		}
	}
	for _, p := range []store.Path{m.CACertificates, m.Coreutils} {
		if p != "" {
			s.known[p.HashPart()] = true
		}
	}
	if base, ok := strings.CutPrefix(m.Shell, s.dir); ok {
		if p, ok := s.path(base); ok {
			s.known[p.HashPart()] = true
		}
	}
	for _, output := range m.d.Outputs {
		s.known[output.Path.HashPart()] = true
	}
	for _, p := range m.d.InputSrcs {
		s.scan("its sources", string(p))
	}
	s.scan("its builder", m.d.Builder)
	for i, arg := range m.d.Args {
		s.scan(fmt.Sprintf("argument %d of its builder", i+1), arg)
	}
	for _, name := range slices.Sorted(maps.Keys(m.d.Env)) {
		s.scan("its variable "+name, m.d.Env[name])
	}
	if err := s.scanAttributes(m.d.StructuredAttrs); err != nil {
		return err
	}
	return s.err()
}

// scanner looks for the store paths of objects that are not known.
type scanner struct {
	dir   string          // the store directory with a slash
	known map[string]bool // hash parts
	found map[store.Path]string
}

// scan looks for store paths in a text, but for those of derivations, which a
// build does not read.
func (s *scanner) scan(where, text string) {
	for {
		_, after, ok := strings.Cut(text, s.dir)
		if !ok {
			return
		}
		text = after
		p, ok := s.path(text)
		if !ok || s.known[p.HashPart()] || strings.HasSuffix(string(p), ".drv") {
			continue
		}
		if _, ok := s.found[p]; !ok {
			s.found[p] = where
		}
	}
}

// path is the store path whose base a text begins with. A full stop, a question
// mark or an equals sign at the end is taken for what separates it from other
// text.
func (s *scanner) path(text string) (store.Path, bool) {
	end := 0
	for end < len(text) && store.IsNameByte(text[end]) {
		end++
	}
	p, err := store.ParsePath(strings.TrimSuffix(s.dir, "/"), s.dir+strings.TrimRight(text[:end], ".?="))
	return p, err == nil && !store.IsPlaceholder(p.HashPart())
}

// scanAttributes looks for store paths in structured attributes.
func (s *scanner) scanAttributes(attributes string) error {
	if attributes == "" {
		return nil
	}
	var values map[string]any
	if err := json.Unmarshal([]byte(attributes), &values); err != nil {
		return fmt.Errorf("structured attributes: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		s.scanValue("its attribute "+name, values[name])
	}
	return nil
}

func (s *scanner) scanValue(where string, value any) {
	switch value := value.(type) {
	case string:
		s.scan(where, value)
	case []any:
		for _, item := range value {
			s.scanValue(where, item)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			s.scan(where, name)
			s.scanValue(where, value[name])
		}
	}
}

// err names the objects that are not known, and says what to do.
func (s *scanner) err() error {
	const most = 5
	if len(s.found) == 0 {
		return nil
	}
	var list []string
	for i, p := range slices.Sorted(maps.Keys(s.found)) {
		if i == most {
			list = append(list, fmt.Sprintf("and %d more", len(s.found)-most))
			break
		}
		list = append(list, fmt.Sprintf("%s (in %s)", p, s.found[p]))
	}
	what := "it"
	if len(s.found) > 1 {
		what = "them"
	}
	return fmt.Errorf("it needs %s, which the image does not have: add %s to inputs of the nix_derivation", strings.Join(list, ", "), what)
}
