// Package basefiles reads the contents of single files of an image's layers,
// in any order, though layers are streams. Nothing is read before somebody
// wants a file; then the contents of that file's layer are put into a temporary
// file without a name, once.
package basefiles

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/imagetree"
)

// Files are the files of an image's layers. Its methods can be used by several
// goroutines at once.
type Files struct {
	ctx     context.Context
	layers  []archive.Layer
	reserve func(bytes int64) error

	mu sync.Mutex
	// spools are the layers that were read, by their diff IDs: an image can
	// have a layer several times.
	spools map[string]*spool
	closed bool
}

// New returns the files of the layers, which are ordered from the lowest up.
// They are read until the context ends. Reserve is told, before, how many bytes
// a content takes on the disk, and can refuse them.
func New(ctx context.Context, layers []archive.Layer, reserve func(bytes int64) error) *Files {
	return &Files{ctx: ctx, layers: layers, reserve: reserve, spools: map[string]*spool{}}
}

// errClosed is what files give that were closed.
var errClosed = errors.New("the files of the base image were closed")

// Open opens the content of a regular file of the tree that imagetree.Flatten
// gave for the layers. Errors name the layer.
func (f *Files) Open(file *imagetree.Inode) (io.ReadCloser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, errClosed
	}
	id := f.layers[file.Layer].DiffID
	s := f.spools[id]
	if s == nil {
		s = &spool{reserve: f.reserve}
		if err := s.fill(f.ctx, f.layers, file.Layer); err != nil {
			return nil, fmt.Errorf("read the base image's files: %w", errors.Join(err, s.close()))
		}
		f.spools[id] = s
	}
	return s.open(file)
}

// Close frees the temporary files.
func (f *Files) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var errs []error
	for _, s := range f.spools {
		errs = append(errs, s.close())
	}
	f.spools, f.closed = nil, true
	return errors.Join(errs...)
}
