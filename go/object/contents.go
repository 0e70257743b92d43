package object

import (
	"io"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/store"
)

// Contents are the contents of an object's regular files, wherever they are
// kept.
type Contents interface {
	// Open gives a file's content.
	Open(entry *Entry) (io.ReadCloser, error)
	// Name is the same for files of several objects only if they are one file.
	Name(entry *Entry) string
	io.Closer
}

// New is the object with the store path and the entries, which are in the
// order of Compare and have their sizes, whose files' contents are elsewhere.
// root is what Root gives. The entries are the object's own from then on.
func New(path store.Path, root string, entries []Entry, contents Contents) *Object {
	for i := range entries {
		if e := &entries[i]; e.Type == nar.Regular {
			e.source = contents.Name(e)
		}
	}
	return &Object{path: path, root: root, entries: entries, source: elsewhere{contents}}
}

// elsewhere is a source of contents that this package knows nothing of.
type elsewhere struct{ Contents }

func (s elsewhere) open(entry *Entry) (io.ReadCloser, error) { return s.Open(entry) }

func (elsewhere) writeNAR(w io.Writer, o *Object) error { return writeFilesNAR(w, o) }
