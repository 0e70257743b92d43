package nar

import (
	"fmt"
	"io"
	"math"
	"slices"
)

// Reader reads an archive's entries in their order: a directory before what
// is in it, names by their bytes. It needs a few KiB whatever the archive's
// size.
type Reader struct {
	src *source
	// err is what every further call returns.
	err error
	// dirs holds the open directories, outermost first.
	dirs []openDir
	// path is the current entry's path.
	path []byte
	// state says what Next finds in the input.
	state state
	// left is how much of the current file's content is not read yet, size
	// how much there is.
	left, size int64
}

// openDir is a directory whose end was not read yet.
type openDir struct {
	// pathLen is the length of the directory's own path.
	pathLen int
	// last is the name of the last entry read, "" before the first.
	last string
}

type state uint8

const (
	atStart   state = iota
	inContent       // in a regular file's content, or at its end
	inDir           // after a directory's beginning or one of its entries
	afterNode       // after a node's ")"
)

// NewReader returns a Reader of the archive that begins at r's position. If r
// can seek, contents that are not read are seeked over.
func NewReader(r io.Reader) *Reader {
	return &Reader{src: newSource(r)}
}

// Next skips the rest of the current file and gives the next entry. It
// returns io.EOF after the last, having checked that nothing follows the
// archive. Every other error says where in the archive it is; an archive that
// ends too early gives one that wraps io.ErrUnexpectedEOF.
func (r *Reader) Next() (Entry, error) {
	if r.err != nil {
		return Entry{}, r.err
	}
	entry, err := r.next()
	if err != nil {
		r.err = err
		return Entry{}, err
	}
	return entry, nil
}

// Read reads the content of the entry that Next gave, io.EOF at its end and
// for everything that is not a regular file.
func (r *Reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if r.state != inContent || r.left == 0 {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := r.src.some(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	if err != nil {
		r.err = err
	}
	return n, err
}

func (r *Reader) next() (Entry, error) {
	switch r.state {
	case atStart:
		if err := r.header(); err != nil {
			return Entry{}, err
		}
		return r.node()
	case inContent:
		if err := r.endContent(); err != nil {
			return Entry{}, err
		}
	}
	for len(r.dirs) > 0 {
		if r.state == afterNode { // the directory entry around the node
			if err := r.expect(")"); err != nil {
				return Entry{}, err
			}
		}
		tag, err := r.oneOf("entry", ")")
		if err != nil {
			return Entry{}, err
		}
		if tag == "entry" {
			return r.entry()
		}
		r.dirs = r.dirs[:len(r.dirs)-1]
		r.state = afterNode
	}
	if err := r.src.end(); err != nil {
		return Entry{}, err
	}
	return Entry{}, io.EOF
}

// endContent passes over what is left of a file, its padding and its ")".
func (r *Reader) endContent() error {
	if err := r.src.skip(r.left); err != nil {
		return err
	}
	r.left = 0
	if err := r.src.pad(r.size); err != nil {
		return err
	}
	r.state = afterNode
	return r.expect(")")
}

// entry reads a directory entry up to and with its node's type.
func (r *Reader) entry() (Entry, error) {
	for _, tag := range []string{"(", "name"} {
		if err := r.expect(tag); err != nil {
			return Entry{}, err
		}
	}
	dir := &r.dirs[len(r.dirs)-1]
	r.path = r.path[:dir.pathLen]
	at := r.src.pos
	raw, err := r.text("name", MaxName)
	if err != nil {
		return Entry{}, err
	}
	name := string(raw)
	if !validName(name) {
		return Entry{}, fmt.Errorf("invalid name %q in NAR at offset %d", name, at)
	}
	if err := checkOrder(dir.last, name, string(r.path)); err != nil {
		return Entry{}, fmt.Errorf("%w, in NAR at offset %d", err, at)
	}
	dir.last = name
	if len(r.path) > 0 {
		r.path = append(r.path, '/')
	}
	r.path = append(r.path, name...)
	if len(r.dirs) > MaxDepth {
		return Entry{}, fmt.Errorf("%s in NAR at offset %d is nested deeper than %d", describe(string(r.path)), at, MaxDepth)
	}
	if err := r.expect("node"); err != nil {
		return Entry{}, err
	}
	return r.node()
}

// node reads a node as far as its entry needs.
func (r *Reader) node() (Entry, error) {
	for _, tag := range []string{"(", "type"} {
		if err := r.expect(tag); err != nil {
			return Entry{}, err
		}
	}
	at := r.src.pos
	kind, err := r.tag()
	if err != nil {
		return Entry{}, err
	}
	entry := Entry{Path: string(r.path)}
	switch string(kind) {
	case "directory":
		entry.Type = Directory
		r.dirs = append(r.dirs, openDir{pathLen: len(r.path)})
		r.state = inDir
		return entry, nil
	case "regular":
		entry.Type = Regular
		return entry, r.regular(&entry)
	case "symlink":
		entry.Type = Symlink
		return entry, r.symlink(&entry)
	}
	return Entry{}, fmt.Errorf("unknown type %q in NAR at offset %d", kind, at)
}

func (r *Reader) regular(entry *Entry) error {
	tag, err := r.oneOf("executable", "contents")
	if err != nil {
		return err
	}
	if tag == "executable" {
		entry.Executable = true
		for _, want := range []string{"", "contents"} {
			if err := r.expect(want); err != nil {
				return err
			}
		}
	}
	at := r.src.pos
	size, err := r.src.length()
	if err != nil {
		return err
	}
	if size > math.MaxInt64 {
		return fmt.Errorf("content of %d bytes in NAR at offset %d: at most %d are possible", size, at, int64(math.MaxInt64))
	}
	entry.Size, entry.Offset = int64(size), r.src.pos
	r.size, r.left = entry.Size, entry.Size
	r.state = inContent
	return nil
}

func (r *Reader) symlink(entry *Entry) error {
	if err := r.expect("target"); err != nil {
		return err
	}
	at := r.src.pos
	target, err := r.text("target", MaxTarget)
	if err != nil {
		return err
	}
	if len(target) == 0 || slices.Contains(target, 0) {
		return fmt.Errorf("invalid symlink target %q of %s in NAR at offset %d", target, describe(entry.Path), at)
	}
	entry.Target = string(target)
	r.state = afterNode
	return r.expect(")")
}
