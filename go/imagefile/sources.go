package imagefile

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// sources says where the objects of an image are.
type sources struct {
	places
	paths      map[store.Path]source
	provenance map[store.Path]Provenance
}

// source is where an object is.
type source struct {
	// name is the source as object.Open takes it.
	name string
	// listed is the list of the object's files, of package objectfiles, where the
	// image is lazy: the files may be in the remote cache alone.
	listed string
}

// readSources reads the list of objects: one a line, the store path, NUL, and
// the source as object.Open takes it. The label and the origin may follow, each
// after a NUL, and then the list of the object's files.
func readSources(file string, at places) (*sources, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s := &sources{places: at, paths: map[store.Path]source{}, provenance: map[store.Path]Provenance{}}
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
	count := len(fields)
	if !ended || count != 2 && count != 4 && count != 5 || fields[1] == "" || count == 5 && fields[4] == "" {
		return fmt.Errorf("%.200q: want STORE_PATH, NUL, SOURCE, newline, or NUL, LABEL, NUL, ORIGIN, "+
			"of a lazy image NUL, FILES, before the newline", line)
	}
	if err != nil {
		return err
	}
	from := source{name: fields[1]}
	if count >= 4 {
		s.provenance[path] = Provenance{Label: fields[2], Origin: fields[3]}
	}
	if count == 5 {
		from.listed = fields[4]
	}
	s.paths[path] = from
	return nil
}

// Open opens one of the image's store objects.
func (s *sources) Open(path store.Path) (*object.Object, error) {
	return s.open(context.Background(), path)
}

// open opens an object, whose files are read while ctx is not done.
func (s *sources) open(ctx context.Context, path store.Path) (*object.Object, error) {
	from, ok := s.paths[path]
	if !ok {
		return nil, fmt.Errorf("%s is not among the image's objects: build the image again", path)
	}
	if from.listed != "" {
		o, err := s.openListed(ctx, path, from)
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", path, s.target(path), err)
		}
		return o, nil
	}
	manifest, ok := strings.CutPrefix(from.name, "@")
	if !ok {
		return object.Open(path, filepath.Join(s.dir, from.name))
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

// target is the Bazel target of an object, for messages.
func (s *sources) target(path store.Path) string {
	if label := s.provenance[path].Label; label != "" {
		return label
	}
	return "an unknown target"
}

// sourcesUntil opens objects whose files are read while ctx is not done.
type sourcesUntil struct {
	ctx     context.Context
	sources *sources
}

// Open is that of image.Objects.
func (s sourcesUntil) Open(path store.Path) (*object.Object, error) {
	return s.sources.open(s.ctx, path)
}

// objects are the image's objects, whose files are read while ctx is not done.
func (i *Image) objects(ctx context.Context) image.Objects {
	if s, ok := i.Objects.(*sources); ok {
		return sourcesUntil{ctx, s}
	}
	return i.Objects
}
