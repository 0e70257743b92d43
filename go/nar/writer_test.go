package nar

import (
	"io"
	"strings"
	"testing"
)

func TestWriterErrors(t *testing.T) {
	root := Entry{Type: Directory}
	dir := func(path string) Entry { return Entry{Path: path, Type: Directory} }
	reg := func(path string, size int64) Entry { return Entry{Path: path, Type: Regular, Size: size} }
	for _, test := range []struct {
		name    string
		entries []Entry
		want    string
	}{
		{"no root", []Entry{dir("a")}, "comes before the root"},
		{"two roots", []Entry{root, root}, "the root is repeated"},
		{"unsorted", []Entry{root, dir("b"), dir("a")}, "not sorted"},
		{"repeated", []Entry{root, dir("a"), dir("a")}, "is repeated"},
		{"back into a directory", []Entry{root, dir("a"), dir("b"), dir("a/x")}, "not in a directory that is open"},
		{"no such directory", []Entry{root, dir("a/x")}, "not in a directory that is open"},
		{"below a file", []Entry{root, reg("a", 0), reg("a/x", 0)}, "not in a directory that is open"},
		{"empty name", []Entry{root, dir("a"), dir("a/")}, `invalid name ""`},
		{"dot dot", []Entry{root, dir("..")}, `invalid name ".."`},
		{"zero", []Entry{root, dir("a\x00")}, "invalid name"},
		{"absolute", []Entry{root, dir("/a")}, `invalid name "/a"`},
		{"long name", []Entry{root, dir(strings.Repeat("n", 256))}, "256 bytes: at most 255"},
		{"no type", []Entry{{}}, "unknown type Type(0)"},
		{"executable directory", []Entry{{Type: Directory, Executable: true}}, "no executable bit"},
		{"directory with a target", []Entry{{Type: Directory, Target: "x"}}, "a directory has no target"},
		{"negative size", []Entry{reg("", -1)}, "size -1 is negative"},
		{"empty target", []Entry{{Type: Symlink}}, "invalid symlink target"},
		{"long target", []Entry{{Type: Symlink, Target: strings.Repeat("t", 4096)}}, "invalid symlink target"},
		{"content missing", []Entry{root, reg("a", 2), dir("b")}, "2 bytes shorter than the 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := NewWriter(io.Discard)
			var err error
			for _, entry := range test.entries {
				err = w.WriteHeader(entry)
			}
			wantError(t, err, test.want)
			if again := w.WriteHeader(dir("z")); again != err {
				t.Errorf("then got %v", again)
			}
			if w.Close() == nil {
				t.Error("Close gave no error")
			}
		})
	}
}

func TestWriterContentErrors(t *testing.T) {
	w := NewWriter(io.Discard)
	wantError(t, w.Close(), "no entry was written")
	wantError(t, w.Close(), "the writer is closed")

	w = NewWriter(io.Discard)
	if err := w.WriteHeader(Entry{Type: Regular, Size: 3}); err != nil {
		t.Fatal(err)
	}
	_, err := io.WriteString(w, "four")
	wantError(t, err, "longer than the 3 bytes")

	w = NewWriter(io.Discard)
	if err := w.WriteHeader(Entry{Type: Regular, Size: 3}); err != nil {
		t.Fatal(err)
	}
	wantError(t, w.Close(), "3 bytes shorter than the 3")

	w = NewWriter(io.Discard)
	if err := w.WriteHeader(Entry{Type: Directory}); err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(w, "x")
	wantError(t, err, "longer than the 0 bytes")
}
