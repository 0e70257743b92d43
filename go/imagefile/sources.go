package imagefile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// sources says where the objects of an image are.
type sources struct {
	dir        string
	paths      map[store.Path]string
	provenance map[store.Path]Provenance
}

// readSources reads the list of objects: one a line, the store path, NUL, and
// the source as object.Open takes it. The label and the origin may follow, each
// after a NUL.
func readSources(file, dir string) (*sources, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s := &sources{dir: dir, paths: map[store.Path]string{}, provenance: map[store.Path]Provenance{}}
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		if err := s.add(line); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", file, number, err)
		}
	}
	return s, nil
}

// add reads one line.
func (s *sources) add(line string) error {
	text, ended := strings.CutSuffix(line, "\n")
	fields := strings.Split(text, "\x00")
	path, err := store.ParseAnyPath(fields[0])
	if !ended || (len(fields) != 2 && len(fields) != 4) || fields[1] == "" {
		return fmt.Errorf("%.200q: want STORE_PATH, NUL, SOURCE, newline, or NUL, LABEL, NUL, ORIGIN before the newline", line)
	}
	if err != nil {
		return err
	}
	s.paths[path] = fields[1]
	if len(fields) == 4 {
		s.provenance[path] = Provenance{Label: fields[2], Origin: fields[3]}
	}
	return nil
}

// Open opens one of the image's store objects.
func (s *sources) Open(path store.Path) (*object.Object, error) {
	source, ok := s.paths[path]
	if !ok {
		return nil, fmt.Errorf("%s is not among the image's objects: build the image again", path)
	}
	manifest, ok := strings.CutPrefix(source, "@")
	if !ok {
		return object.Open(path, filepath.Join(s.dir, source))
	}
	name := filepath.Join(s.dir, manifest)
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	obj, err := object.ReadManifest(path, f, s.dir)
	if err != nil {
		return nil, fmt.Errorf("%s from %s: %w", path, name, err)
	}
	return obj, nil
}
