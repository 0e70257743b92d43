package imagefile

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/objectfiles"
	"github.com/rules-strata/rules_strata/go/store"
)

// openListed opens an object whose files may be in the remote cache alone.
func (s *sources) openListed(ctx context.Context, path store.Path, from source) (*object.Object, error) {
	files, err := objectfiles.ReadFile(filepath.Join(s.dir, from.listed))
	if err != nil {
		return nil, err
	}
	manifest, isTree := strings.CutPrefix(from.name, "@")
	if isTree != (files.NAR == nil) {
		return nil, fmt.Errorf("%s does not describe %s: build the image again", from.listed, from.name)
	}
	if !isTree {
		if file, ok := s.local(from.name, *files.NAR); ok {
			return object.Open(path, file)
		}
		return object.New(path, "", files.Entries, newNARContents(s.until(ctx, path), from.name, files)), nil
	}
	named, root, err := readNames(path, filepath.Join(s.dir, manifest))
	if err != nil {
		return nil, err
	}
	for i := range files.Entries {
		if e := &files.Entries[i]; e.Type == nar.Regular && named[e.Path] == "" {
			return nil, fmt.Errorf("%s does not name the file %q: build the image again", manifest, e.Path)
		}
	}
	return object.New(path, root, files.Entries, newTree(s.until(ctx, path), named, files)), nil
}

// readNames reads the names of an object's files, by their paths, and the
// directory that they are placed in.
func readNames(path store.Path, manifest string) (named map[string]string, root string, err error) {
	f, err := os.Open(manifest)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	if named, root, err = object.ReadSources(path, f); err != nil {
		err = fmt.Errorf("%s: %w: build the image again", manifest, err)
	}
	return named, root, err
}

// opening is an object that is being opened.
type opening struct {
	ctx    context.Context
	places *places
	// target is the Bazel target that the object is of.
	target string
}

func (s *sources) until(ctx context.Context, path store.Path) opening {
	return opening{ctx, &s.places, s.target(path)}
}

// explain says which file of which target an error is about.
func (o *opening) explain(name string, err error) error {
	return fmt.Errorf("%s of %s: %w", strings.TrimPrefix(name, outputPrefix), o.target, err)
}

// explained is a content whose errors say what they are about.
type explained struct {
	io.ReadCloser
	explain func(error) error
}

func (r explained) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = r.explain(err)
	}
	return n, err
}

// tree has the contents of an object that is kept in files.
type tree struct {
	opening
	named   map[string]string
	digests map[string]cas.Digest
	ahead   *readAhead
}

func newTree(o opening, named map[string]string, files *objectfiles.Files) *tree {
	t := &tree{opening: o, named: named, digests: files.Digests}
	t.ahead = newReadAhead(o.ctx, files.Entries, t.small, t.open)
	return t
}

// Name is the file's, below the runfiles.
func (t *tree) Name(e *object.Entry) string { return t.named[e.Path] }

// Open opens the file, wherever it is.
func (t *tree) Open(e *object.Entry) (io.ReadCloser, error) {
	explain := func(err error) error { return t.explain(t.Name(e), err) }
	r, err := t.ahead.take(e)
	if err != nil {
		return nil, explain(err)
	}
	return explained{r, explain}, nil
}

// Close ends what is being read.
func (t *tree) Close() error {
	t.ahead.close()
	return nil
}

// small says whether a file is so small that it is read before it is needed,
// and not on this machine.
func (t *tree) small(e *object.Entry) bool {
	if e.Size == 0 || e.Size > aheadSize {
		return false
	}
	_, ok := t.places.local(t.Name(e), t.digests[e.Path])
	return !ok
}

func (t *tree) open(ctx context.Context, e *object.Entry) (io.ReadCloser, error) {
	return t.places.open(ctx, t.Name(e), t.digests[e.Path])
}
