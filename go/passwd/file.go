package passwd

import (
	"bufio"
	"fmt"
	"io"
	"slices"
)

// Entry is one line of an account file: User, Group, Shadow, GroupShadow or
// SubID.
type Entry interface {
	EntryName() string
	Line() string
}

// File is an account file in memory, line by line.
type File[E Entry] struct {
	lines   []fileLine[E]
	changed bool
}

// fileLine is a line of a file. A line that is no entry has only its text;
// an entry that was changed or added is written anew.
type fileLine[E Entry] struct {
	text    string
	entry   E
	isEntry bool
	changed bool
}

// maxFile is the size up to which account files are read: 1 MiB.
const maxFile = 1 << 20

// Read reads a file, whose entries parse tells from other lines.
func Read[E Entry](r io.Reader, parse func(line string) (E, bool)) (*File[E], error) {
	limited := &io.LimitedReader{R: r, N: maxFile + 1}
	lines := bufio.NewScanner(limited)
	lines.Buffer(nil, maxFile)
	f := &File[E]{}
	for lines.Scan() {
		l := fileLine[E]{text: lines.Text()}
		l.entry, l.isEntry = parse(l.text)
		f.lines = append(f.lines, l)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if limited.N == 0 {
		return nil, fmt.Errorf("larger than %d MiB", maxFile>>20)
	}
	return f, nil
}

// WriteTo writes the file.
func (f *File[E]) WriteTo(w io.Writer) (int64, error) {
	var n int64
	b := bufio.NewWriter(w)
	for _, l := range f.lines {
		text := l.text
		if l.changed {
			text = l.entry.Line()
		}
		k, err := b.WriteString(text + "\n")
		n += int64(k)
		if err != nil {
			return n, err
		}
	}
	return n, b.Flush()
}

// Changed says whether an entry was set or removed since Read.
func (f *File[E]) Changed() bool { return f.changed }

// All gives the entries in the file's order.
func (f *File[E]) All() []E {
	var all []E
	for _, l := range f.lines {
		if l.isEntry {
			all = append(all, l.entry)
		}
	}
	return all
}

// Find gives the first entry for which match is true.
func (f *File[E]) Find(match func(E) bool) (E, bool) {
	for _, l := range f.lines {
		if l.isEntry && match(l.entry) {
			return l.entry, true
		}
	}
	var none E
	return none, false
}

// Lookup gives the first entry of this name.
func (f *File[E]) Lookup(name string) (E, bool) {
	return f.Find(func(e E) bool { return e.EntryName() == name })
}

// Set puts an entry in the place of the one that is named name, or adds it
// before the NIS lines if there is none (name is e's own name unless the entry
// gets a new one).
func (f *File[E]) Set(name string, e E) {
	f.changed = true
	l := fileLine[E]{entry: e, isEntry: true, changed: true}
	if i := f.index(name); i >= 0 {
		f.lines[i] = l
		return
	}
	i := slices.IndexFunc(f.lines, func(l fileLine[E]) bool { return !l.isEntry && isNIS(l.text) })
	if i < 0 {
		i = len(f.lines)
	}
	f.lines = slices.Insert(f.lines, i, l)
}

// Append adds an entry at the end, whatever its name.
func (f *File[E]) Append(e E) {
	f.changed = true
	f.lines = append(f.lines, fileLine[E]{entry: e, isEntry: true, changed: true})
}

// Remove takes away all entries for which match is true, and says whether
// there was one.
func (f *File[E]) Remove(match func(E) bool) bool {
	n := len(f.lines)
	f.lines = slices.DeleteFunc(f.lines, func(l fileLine[E]) bool { return l.isEntry && match(l.entry) })
	if len(f.lines) == n {
		return false
	}
	f.changed = true
	return true
}

// Count is the number of entries of this name; more than one is a mistake
// that no command mends.
func (f *File[E]) Count(name string) int {
	n := 0
	for _, l := range f.lines {
		if l.isEntry && l.entry.EntryName() == name {
			n++
		}
	}
	return n
}

func (f *File[E]) index(name string) int {
	return slices.IndexFunc(f.lines, func(l fileLine[E]) bool { return l.isEntry && l.entry.EntryName() == name })
}
