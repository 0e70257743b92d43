package nar

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Writer writes an archive. Entries come in the order in which a Reader gives
// them: the root, then each directory's entries right after it, by the bytes
// of their names.
type Writer struct {
	out *bufio.Writer
	err error
	// dirs holds the open directories, outermost first; dirs[0] is the root.
	dirs []writerDir
	// started says that the root was written.
	started bool
	// size is the number of bytes of the current file, left how many of them
	// are still to come. inFile says that there is a current file.
	size, left int64
	inFile     bool
}

type writerDir struct{ path, last string }

// NewWriter returns a Writer to w. Nothing is complete before Close.
func NewWriter(w io.Writer) *Writer {
	return &Writer{out: bufio.NewWriterSize(w, 64<<10)}
}

// WriteHeader begins an entry; for a regular file exactly entry.Size bytes
// must follow by Write. It refuses what a Reader would refuse.
func (w *Writer) WriteHeader(entry Entry) error {
	if w.err == nil {
		w.err = w.header(entry)
	}
	return w.err
}

// Write writes content of the current file.
func (w *Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	if int64(len(p)) > w.left {
		w.err = fmt.Errorf("write NAR: content is longer than the %d bytes in its header", w.size)
		return 0, w.err
	}
	n, err := w.out.Write(p)
	w.left -= int64(n)
	w.err = err
	return n, err
}

// Close ends the archive. It does not close the underlying writer.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	w.err = errors.New("write NAR: the writer is closed")
	if !w.started {
		return errors.New("write NAR: no entry was written")
	}
	if err := w.endFile(); err != nil {
		return err
	}
	w.closeDirs(0)
	return w.out.Flush()
}

func (w *Writer) header(entry Entry) error {
	if err := checkEntry(entry); err != nil {
		return fmt.Errorf("write NAR: %w", err)
	}
	if err := w.endFile(); err != nil {
		return err
	}
	if err := w.place(entry.Path); err != nil {
		return fmt.Errorf("write NAR: %w", err)
	}
	w.strings("(", "type", entry.Type.String())
	switch entry.Type {
	case Directory:
		w.dirs = append(w.dirs, writerDir{path: entry.Path})
	case Symlink:
		w.strings("target", entry.Target)
		w.endNode()
	case Regular:
		if entry.Executable {
			w.strings("executable", "")
		}
		w.strings("contents")
		w.number(uint64(entry.Size))
		w.size, w.left, w.inFile = entry.Size, entry.Size, true
	}
	return nil
}

// checkEntry checks what can be said of an entry alone.
func checkEntry(entry Entry) error {
	where := describe(entry.Path)
	switch {
	case entry.Type != Directory && entry.Type != Regular && entry.Type != Symlink:
		return fmt.Errorf("%s: unknown type %v", where, entry.Type)
	case entry.Type != Regular && (entry.Executable || entry.Size != 0):
		return fmt.Errorf("%s: a %v has no content and no executable bit", where, entry.Type)
	case entry.Size < 0:
		return fmt.Errorf("%s: size %d is negative", where, entry.Size)
	case entry.Type != Symlink && entry.Target != "":
		return fmt.Errorf("%s: a %v has no target", where, entry.Type)
	case entry.Type == Symlink && (entry.Target == "" || len(entry.Target) > MaxTarget || strings.IndexByte(entry.Target, 0) >= 0):
		return fmt.Errorf("invalid symlink target %q of %s: 1 to %d bytes are allowed, none of them zero",
			shorten(entry.Target), where, MaxTarget)
	}
	return nil
}

// place closes directories until the one that path is in is open, and begins
// the entry in it.
func (w *Writer) place(path string) error {
	if !w.started {
		if path != "" {
			return fmt.Errorf("%s comes before the root", describe(path))
		}
		w.started = true
		w.strings(magic)
		return nil
	}
	if path == "" {
		return errors.New("the root is repeated")
	}
	dir, name := "", path
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		dir, name = path[:i], path[i+1:]
	}
	depth := len(w.dirs)
	for depth > 0 && w.dirs[depth-1].path != dir {
		depth--
	}
	switch {
	case depth == 0:
		return fmt.Errorf("%s is not in a directory that is open", describe(path))
	case depth > MaxDepth:
		return fmt.Errorf("%s is nested deeper than %d", describe(path), MaxDepth)
	case !validName(name):
		return fmt.Errorf("invalid name %q", shorten(name))
	case len(name) > MaxName:
		return fmt.Errorf("name %q of %d bytes: at most %d are allowed", shorten(name), len(name), MaxName)
	}
	if err := checkOrder(w.dirs[depth-1].last, name, dir); err != nil {
		return err
	}
	w.closeDirs(depth)
	w.dirs[depth-1].last = name
	w.strings("entry", "(", "name", name, "node")
	return nil
}

// closeDirs ends directories until only depth of them are open.
func (w *Writer) closeDirs(depth int) {
	for len(w.dirs) > depth {
		w.dirs = w.dirs[:len(w.dirs)-1]
		w.endNode()
	}
}

// endNode closes a node, and the directory entry around it unless it is the
// root.
func (w *Writer) endNode() {
	w.strings(")")
	if len(w.dirs) > 0 {
		w.strings(")")
	}
}

// endFile ends the current file, if there is one.
func (w *Writer) endFile() error {
	if !w.inFile {
		return nil
	}
	if w.left > 0 {
		return fmt.Errorf("write NAR: content is %d bytes shorter than the %d in its header", w.left, w.size)
	}
	w.pad(w.size)
	w.inFile = false
	w.endNode()
	return nil
}

// strings, number and pad write to a bufio.Writer, which keeps its first
// error until Flush.

func (w *Writer) strings(list ...string) {
	for _, s := range list {
		w.number(uint64(len(s)))
		w.out.WriteString(s)
		w.pad(int64(len(s)))
	}
}

func (w *Writer) number(n uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	w.out.Write(b[:])
}

func (w *Writer) pad(n int64) {
	var zeros [align]byte
	w.out.Write(zeros[:padding(n)])
}
