package object

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/store"
)

// A manifest describes an object that is made of other steps' files, which
// are read where they are. It has one record a line, of four fields with a
// zero byte between them and nothing escaped:
//
//	type        mode           destination   last field
//	file        0444 or 0555   path          the file to read, relative to the working directory
//	output      0444 or 0555   path          the same, or a link that a build step made, see outputlink.go
//	symlink     (empty)        path          the link's target
//	directory   0555           path          (empty)
//	executable  (empty)        glob          (empty)
//	root        (empty)        (empty)       an absolute path
//
// A path is relative to the object, and empty for the object itself.
// Directories above a path need no record. A file, of any record wherever it
// stands, whose path a glob matches gets the mode 0555; see glob. The same
// record may stand more than once; two that give one path different content
// are an error. A root says where images have the entries, which is otherwise
// the store path: in a directory that other objects share.
const manifestFields = 4

// maxLine bounds a record: two paths and what is around them fit many times.
const maxLine = 64 << 10

// The types of a manifest's records.
const (
	fileRecord       = "file"
	outputRecord     = "output"
	symlinkRecord    = "symlink"
	directoryRecord  = "directory"
	executableRecord = "executable"
	rootRecord       = "root"
)

// The modes of a manifest's records.
const (
	plainMode      = "0444"
	executableMode = "0555"
)

// fileSource is an object in the files that a manifest names.
type fileSource struct{}

func (fileSource) open(entry *Entry) (io.ReadCloser, error) { return os.Open(entry.source) }

func (fileSource) writeNAR(w io.Writer, o *Object) error { return writeFilesNAR(w, o) }

func (fileSource) Close() error { return nil }

func openManifest(path store.Path, name, dir string) (*Object, error) {
	f, err := os.Open(below(dir, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadManifest(path, f, dir)
}

// ReadManifest opens the object whose store path is path and which the records
// of r describe. The files that they name are relative to the folder dir, or
// to the working directory when dir is "".
func ReadManifest(path store.Path, r io.Reader, dir string) (*Object, error) {
	t, err := readManifest(path, r)
	if err != nil {
		return nil, err
	}
	return t.open(dir)
}

// ReadSources reads the records of an object whose files need not be there: the
// names of the files by the paths that have them, and what Root gives. An
// output may turn out to be a link, so that it has no content.
func ReadSources(path store.Path, r io.Reader) (files map[string]string, root string, err error) {
	t, err := readManifest(path, r)
	if err != nil {
		return nil, "", err
	}
	files = map[string]string{}
	for _, n := range t.nodes {
		if n.Type == nar.Regular {
			files[n.Path] = n.source
		}
	}
	return files, t.root, nil
}

// FromRecords is ReadManifest for records that are at hand, without the
// newlines at their ends. Every error names the store path.
func FromRecords(path store.Path, records []string, dir string) (*Object, error) {
	t := newTree(path)
	for i, record := range records {
		if err := t.record(record); err != nil {
			return nil, fmt.Errorf("%s: record %d: %w", path, i+1, err)
		}
	}
	o, err := t.open(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return o, nil
}

// open is the object of a manifest's records, its files relative to dir.
func (t *tree) open(dir string) (*Object, error) {
	if dir != "" {
		t.sourcesIn(dir)
	}
	entries, err := t.entries()
	if err != nil {
		return nil, err
	}
	return &Object{path: t.object, root: t.root, entries: entries, source: fileSource{}}, nil
}

// readManifest reads records to the end.
func readManifest(path store.Path, r io.Reader) (*tree, error) {
	t := newTree(path)
	in := bufio.NewReaderSize(r, maxLine)
	for number := 1; ; number++ {
		line, err := in.ReadSlice('\n')
		switch {
		case err == io.EOF && len(line) == 0:
			return t, nil
		case err == io.EOF:
			return nil, fmt.Errorf("line %d has no newline at its end: the manifest is truncated", number)
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("line %d has more than %d bytes", number, maxLine)
		case err != nil:
			return nil, err
		}
		if err := t.record(string(line[:len(line)-1])); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
	}
}

// record adds one record.
func (t *tree) record(line string) error {
	fields := strings.Split(line, "\x00")
	if len(fields) != manifestFields {
		return fmt.Errorf("%q has %d fields, want %d with a zero byte between them: a name with a newline cannot be in a manifest",
			shorten(line), len(fields), manifestFields)
	}
	kind, mode, path, last := fields[0], fields[1], fields[2], fields[3]
	if err := checkMode(kind, mode, path); err != nil {
		return err
	}
	switch kind {
	case executableRecord:
		return t.executable(path, last)
	case rootRecord:
		return t.place(path, last)
	}
	if err := checkPath(t.object, path); err != nil {
		return err
	}
	n := &node{Entry: Entry{Path: path}}
	switch kind {
	case fileRecord, outputRecord:
		if last == "" {
			return fmt.Errorf("the file %q has no source", shorten(path))
		}
		n.Type, n.source, n.Executable = nar.Regular, last, mode == executableMode
		n.output = kind == outputRecord
	case symlinkRecord:
		if err := checkTarget(path, last); err != nil {
			return err
		}
		n.Type, n.Target = nar.Symlink, last
	case directoryRecord:
		if last != "" {
			return fmt.Errorf("the directory %q has %q in its last field, which must be empty", shorten(path), shorten(last))
		}
		n.Type = nar.Directory
	}
	return t.add(n)
}

// checkMode refuses types that there are not, and modes that a type cannot
// have.
func checkMode(kind, mode, path string) error {
	var want string
	switch kind {
	case fileRecord, outputRecord:
		if mode == plainMode || mode == executableMode {
			return nil
		}
		want = plainMode + " or " + executableMode
	case directoryRecord:
		if mode == executableMode {
			return nil
		}
		want = executableMode
	case symlinkRecord, executableRecord, rootRecord:
		if mode == "" {
			return nil
		}
		want = "none"
	default:
		return fmt.Errorf("unknown type %q of %q: want %s, %s, %s, %s, %s or %s", shorten(kind), shorten(path),
			fileRecord, outputRecord, symlinkRecord, directoryRecord, executableRecord, rootRecord)
	}
	return fmt.Errorf("the %s %q has the mode %q, want %s", kind, shorten(path), shorten(mode), want)
}

func (t *tree) executable(pattern, last string) error {
	if last != "" {
		return fmt.Errorf("the glob %q has %q in its last field, which must be empty", shorten(pattern), shorten(last))
	}
	g, err := parseGlob(pattern)
	t.executables = append(t.executables, g)
	return err
}

// place takes the record of the root.
func (t *tree) place(path, root string) error {
	if path != "" {
		return fmt.Errorf("the root %q has the path %q, which must be empty", shorten(root), shorten(path))
	}
	below, ok := strings.CutPrefix(root, "/")
	if !ok || below == "" {
		return fmt.Errorf("the root %q: want an absolute path below /", shorten(root))
	}
	if err := checkPath("", below); err != nil {
		return fmt.Errorf("the root %q: %w", shorten(root), err)
	}
	if t.root != "" && t.root != root {
		return fmt.Errorf("the object has the roots %q and %q: keep one of them", shorten(t.root), shorten(root))
	}
	t.root = root
	return nil
}
