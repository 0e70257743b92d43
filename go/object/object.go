// Package object gives the tree of one store object, whatever it is kept in:
// a NAR, or a manifest of files that another build step made. What the tree
// looks like never depends on the file system: modes, links and empty
// directories are those of the NAR or the manifest.
//
// The entries are in the order in which dockerTools writes them into a layer:
// Python's order of paths, see Compare.
package object

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/store"
)

// Entry is one file, directory or symlink of an object.
type Entry struct {
	// Path is relative to the object, with "/" between names, byte-exact: ""
	// is the object itself, "bin/hello" a file below it.
	Path string
	Type nar.Type
	// Executable tells a regular file's mode: 0555, or else 0444.
	Executable bool
	// Size is a regular file's number of bytes.
	Size int64
	// Target is what a symlink points to, byte-exact.
	Target string

	// offset is where the content begins in a NAR.
	offset int64
	// source is the file that a manifest names for the content.
	source string
	// output says that the source may be a link that is meant as one.
	output bool
}

// Object is an open store object. Its methods can be used by several
// goroutines at once.
type Object struct {
	path    store.Path
	root    string
	entries []Entry
	source  source
	// ctx, unless it is nil, ends what is read of the object. It is here because
	// those who read go through io.Reader.
	ctx context.Context
}

// source is what an object is kept in.
type source interface {
	// open gives a regular file's content.
	open(entry *Entry) (io.ReadCloser, error)
	// writeNAR writes the object as a NAR.
	writeNAR(w io.Writer, o *Object) error
	io.Closer
}

// Open opens the object whose store path is path and which is kept in source:
// "FILE.nar", a NAR that is not compressed, or "@FILE", a manifest (see
// manifest.go). It reads the whole tree but no contents. Every error names the
// store path and the file.
func Open(path store.Path, source string) (*Object, error) { return OpenIn(path, source, "") }

// OpenIn is Open for a source whose file, and whose manifest's files, are
// relative to the folder dir, or to the working directory when dir is "".
func OpenIn(path store.Path, source, dir string) (*Object, error) {
	open := openNAR
	file, ok := strings.CutPrefix(source, "@")
	if ok {
		open = openManifest
	}
	o, err := open(path, file, dir)
	if err != nil {
		return nil, fmt.Errorf("%s from %s: %w", path, file, err)
	}
	return o, nil
}

// WithContext is the object with contents that can be read only until the
// context is done: reading them fails then. Both are closed together.
func (o *Object) WithContext(ctx context.Context) *Object {
	with := *o
	with.ctx = ctx
	return &with
}

// Path is the object's store path.
func (o *Object) Path() store.Path { return o.path }

// Root is the directory of an image that the object's entries are placed in, an
// absolute path. It is "" for an object at its store path, as all but those of
// programs' runfiles are.
func (o *Object) Root() string { return o.root }

// Place is where an image has an entry of the object, an absolute path.
func (o *Object) Place(entry *Entry) string {
	at := o.root
	if at == "" {
		at = string(o.path)
	}
	if entry.Path == "" {
		return at
	}
	return at + "/" + entry.Path
}

// Same says whether two entries, which may be of different objects, are one
// thing: links with one target, directories, or one file with one mode.
func (e *Entry) Same(other *Entry) bool {
	return e.Type == other.Type && e.Executable == other.Executable && e.Target == other.Target &&
		e.source == other.source && e.offset == other.offset
}

// IsNAR says whether the object is kept in a NAR, which is what WriteNAR copies.
func (o *Object) IsNAR() bool {
	_, ok := o.source.(*narSource)
	return ok
}

// Offset is where a regular file's content begins in the NAR that its object is
// kept in.
func (e *Entry) Offset() int64 { return e.offset }

// Entries are the object's entries: itself first, each directory before what
// is in it. The slice is the object's own and must not be changed.
func (o *Object) Entries() []Entry { return o.entries }

// OpenFile gives the content of a regular file, which must be one of
// Entries. Reading it to its end fails if there is less or more than the
// entry's Size.
func (o *Object) OpenFile(entry *Entry) (io.ReadCloser, error) {
	if entry.Type != nar.Regular {
		return nil, fmt.Errorf("%s: %q is not a regular file", o.path, entry.Path)
	}
	err := o.stopped()
	var r io.ReadCloser
	if err == nil {
		r, err = o.source.open(entry)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %q: %w", o.path, entry.Path, err)
	}
	return &sizedReader{ReadCloser: r, object: o, path: entry.Path, size: entry.Size, left: entry.Size}, nil
}

// WriteNAR writes the object as a NAR.
func (o *Object) WriteNAR(w io.Writer) error { return o.source.writeNAR(w, o) }

// Close closes what the object is kept in.
func (o *Object) Close() error { return o.source.Close() }

// sizedReader fails when a content is not as long as its entry says, because
// it changed after the object was opened.
type sizedReader struct {
	io.ReadCloser
	object     *Object
	path       string
	size, left int64
}

func (r *sizedReader) Read(p []byte) (int, error) {
	if err := r.object.stopped(); err != nil {
		return 0, fmt.Errorf("%s: read %q: %w", r.object.path, r.path, err)
	}
	n, err := r.ReadCloser.Read(p)
	r.left -= int64(n)
	switch {
	case r.left < 0:
		return n + int(r.left), r.changed("it is longer now")
	case err == io.EOF && r.left > 0:
		return n, r.changed(fmt.Sprintf("it ends %d bytes earlier now", r.left))
	case err != nil && err != io.EOF:
		return n, fmt.Errorf("%s: read %q: %w", r.object.path, r.path, err)
	}
	return n, err
}

// stopped is the error of the object's context.
func (o *Object) stopped() error {
	if o.ctx == nil {
		return nil
	}
	return o.ctx.Err()
}

func (r *sizedReader) changed(how string) error {
	return fmt.Errorf("%s: the content of %q had %d bytes when the step began: %s: do not change inputs during a build",
		r.object.path, r.path, r.size, how)
}
