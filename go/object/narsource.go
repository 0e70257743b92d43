package object

import (
	"fmt"
	"io"
	"os"
	"slices"
	"unicode/utf8"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/store"
)

// narSource is an object in a NAR.
type narSource struct {
	file   *os.File
	size   int64
	window *window
}

func openNAR(path store.Path, name, dir string) (*Object, error) {
	f, err := os.Open(below(dir, name))
	if err != nil {
		return nil, err
	}
	o, err := indexNAR(path, f)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return o, nil
}

// indexNAR reads the tree of a NAR.
func indexNAR(path store.Path, f *os.File) (*Object, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("not a NAR: it is not a regular file")
	}
	o := &Object{path: path, source: &narSource{file: f, size: info.Size(), window: &window{r: f}}}
	sorted := true
	for r := nar.NewReader(f); ; {
		e, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := checkPath(path, e.Path); err != nil {
			return nil, err
		}
		sorted = sorted && utf8.ValidString(e.Path)
		o.entries = append(o.entries, Entry{
			Path: e.Path, Type: e.Type, Executable: e.Executable, Size: e.Size, Target: e.Target, offset: e.Offset,
		})
	}
	if !sorted {
		slices.SortFunc(o.entries, func(a, b Entry) int { return Compare(a.Path, b.Path) })
	}
	return o, nil
}

func (s *narSource) open(entry *Entry) (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(s.window, entry.offset, entry.Size)), nil
}

func (s *narSource) Close() error { return s.file.Close() }

// writeNAR copies the archive: there is only one for a tree.
func (s *narSource) writeNAR(w io.Writer, o *Object) error {
	n, err := io.CopyBuffer(onlyWriter{w}, stoppable{io.NewSectionReader(s.file, 0, s.size), o}, make([]byte, copySize))
	if err == nil && n != s.size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("%s: copy %s: %w", o.path, s.file.Name(), err)
	}
	return nil
}

// stoppable reads until the object's context is done.
type stoppable struct {
	io.Reader
	object *Object
}

func (s stoppable) Read(p []byte) (int, error) {
	if err := s.object.stopped(); err != nil {
		return 0, err
	}
	return s.Reader.Read(p)
}
