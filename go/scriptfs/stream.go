package scriptfs

import (
	"errors"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// source is a file that is read when somebody wants its bytes. It is
// comparable, and its bytes never change.
type source interface {
	open() (io.ReadCloser, error)
	// String is what errors call it.
	String() string
}

// objectFile is a regular file of a store object.
type objectFile struct {
	object *object.Object
	entry  *object.Entry
}

func (o *objectFile) open() (io.ReadCloser, error) { return o.object.OpenFile(o.entry) }

func (o *objectFile) String() string { return o.entry.Path }

// Origin is the file of a store object that all of a content is.
type Origin struct {
	Object store.Path
	// Path is the file's in the object, "" for the object itself.
	Path string
	// Executable tells the file's mode there: 0555, or else 0444.
	Executable bool
}

// Origin is the file of a store object whose bytes a regular file that is not
// empty has, by Clone, because nobody wrote to it since.
func (f *FS) Origin(path string) (Origin, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.exists(path, stay)
	if err != nil || p.node.typ != Regular {
		return Origin{}, false
	}
	o, ok := p.node.content.whole().(*objectFile)
	if !ok || o.entry.Size != p.node.content.size {
		return Origin{}, false
	}
	return Origin{Object: o.object.Path(), Path: o.entry.Path, Executable: o.entry.Executable}, true
}

// stream reads a source from front to back, which is all that it can do.
type stream struct {
	file  source
	open  io.ReadCloser
	place int64
}

// read reads some of a file from a place on.
func (s *stream) read(p []byte, file source, place int64) (int, error) {
	if s.file != file || s.place > place {
		if err := s.close(); err != nil {
			return 0, err
		}
	}
	if s.open == nil {
		open, err := file.open()
		if err != nil {
			return 0, err
		}
		*s = stream{file: file, open: open}
	}
	if s.place < place {
		n, err := io.CopyN(io.Discard, s.open, place-s.place)
		s.place += n
		if err != nil {
			return 0, fmt.Errorf("read %s: %w", file, err)
		}
	}
	n, err := s.open.Read(p)
	s.place += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

func (s *stream) close() error {
	if s.open == nil {
		return nil
	}
	err := s.open.Close()
	*s = stream{}
	return err
}
