package nar

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestReader(t *testing.T) {
	data := sample(t)
	items, err := readAll(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, it := range items {
		lines = append(lines, fmt.Sprintf("%q %v x=%v %d %q %q", it.Path, it.Type, it.Executable, it.Size, it.Target, it.content))
		if it.Type == Regular && string(data[it.Offset:it.Offset+it.Size]) != it.content {
			t.Errorf("%q: offset %d is not its content's", it.Path, it.Offset)
		}
	}
	want := []string{
		`"" directory x=false 0 "" ""`,
		`"bin" directory x=false 0 "" ""`,
		`"bin/hello" regular x=true 7 "" "#!hello"`,
		`"bin/sh" symlink x=false 0 "hello" ""`,
		`"bin.d" regular x=false 0 "" ""`,
		`"empty" directory x=false 0 "" ""`,
		`"l\xff" directory x=false 0 "" ""`,
		`"l\xff/\x01\n" regular x=false 8 "" "01234567"`,
		`"z" symlink x=false 0 "/nope" ""`,
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

// TestReaderSpelling compares with an archive that is spelled out, string by
// string, from the grammar in the Nix manual.
func TestReaderSpelling(t *testing.T) {
	data := inRoot(
		"entry", "(", "name", "a", "node", "(", "type", "regular", "executable", "", "contents", "yes", ")", ")",
		"entry", "(", "name", "b", "node", "(", "type", "symlink", "target", "a", ")", ")",
		"entry", "(", "name", "c", "node", "(", "type", "directory", ")", ")",
	)
	items, err := readAll(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if len(items) != 4 || !items[1].Executable || items[1].content != "yes" || items[2].Target != "a" || items[3].Type != Directory {
		t.Errorf("got %+v", items)
	}
	again, err := writeAll(items)
	if err != nil || !bytes.Equal(again, data) {
		t.Errorf("written back: %v %q", err, again)
	}
}

func TestRoots(t *testing.T) {
	for _, root := range []item{
		{Entry: Entry{Type: Directory}},
		{Entry: Entry{Type: Symlink, Target: "/does/not/exist"}},
		{Entry: Entry{Type: Regular, Size: 3, Offset: 96}, content: "abc"},
		{Entry: Entry{Type: Regular, Executable: true, Offset: 128}},
	} {
		data, err := writeAll([]item{root})
		if err != nil {
			t.Fatal(err)
		}
		got, err := readAll(bytes.NewReader(data))
		if err != nil || !reflect.DeepEqual(got, []item{root}) {
			t.Errorf("got %+v %v, want %+v", got, err, root)
		}
	}
}

func TestReaderErrors(t *testing.T) {
	long := strings.Repeat("n", 256)
	for _, test := range []struct {
		name string
		data []byte
		want []string
	}{
		{"empty name", inRoot(file("")...), []string{`invalid name "" in NAR at offset 128`}},
		{"name .", inRoot(file(".")...), []string{`invalid name "." in NAR at offset 128`}},
		{"name ..", inRoot(file("..")...), []string{`invalid name ".." in NAR at offset 128`}},
		{"name with a slash", inRoot(file("a/b")...), []string{`invalid name "a/b" in NAR at offset 128`}},
		{"name with a zero", inRoot(file("a\x00b")...), []string{`invalid name "a\x00b" in NAR at offset 128`}},
		{"name too long", inRoot(file(long)...), []string{`name "nnnn`, "256 bytes", "at most 255"}},
		{"unsorted", inRoot(append(file("b"), file("a")...)...), []string{"not sorted", `"a" comes after "b"`, "offset 320"}},
		{"unsorted by bytes", inRoot(append(file("é"), file("z")...)...), []string{"not sorted"}},
		{"repeated name", inRoot(append(file("a"), file("a")...)...), []string{"not sorted", `"a" is repeated`}},
		{"unknown type", raw(magic, "(", "type", "fifo", ")"), []string{`unknown type "fifo" in NAR at offset 56`}},
		{"repeated type", raw(magic, "(", "type", "regular", "type", "regular"), []string{`unexpected tag "type" in NAR at offset 72`}},
		{"repeated executable", raw(magic, "(", "type", "regular", "executable", "", "executable", ""), []string{`unexpected tag "executable" in NAR at offset 104`}},
		{"repeated contents", raw(magic, "(", "type", "regular", "contents", "x", "contents", "x", ")"), []string{`unexpected tag "contents" in NAR at offset 104`, `want ")"`}},
		{"repeated target", raw(magic, "(", "type", "symlink", "target", "x", "target", "y", ")"), []string{`unexpected tag "target" in NAR at offset 104`}},
		{"repeated name tag", inRoot("entry", "(", "name", "a", "name", "b"), []string{`unexpected tag "name"`, "offset 144"}},
		{"repeated node", inRoot("entry", "(", "name", "a", "node", "node"), []string{`unexpected tag "node"`, "offset 160"}},
		{"no contents", raw(magic, "(", "type", "regular", ")"), []string{`unexpected tag ")"`, `want "executable" or "contents"`}},
		{"executable with a value", raw(magic, "(", "type", "regular", "executable", "1", "contents", "", ")"), []string{`unexpected tag "1"`}},
		{"tag too long", raw(magic, "(", "type-of-this-node"), []string{`tag "type-of-this-node"`, "17 bytes", "at most 13", "offset 40"}},
		{"empty target", raw(magic, "(", "type", "symlink", "target", "", ")"), []string{`invalid symlink target ""`, "offset 88"}},
		{"target with a zero", raw(magic, "(", "type", "symlink", "target", "a\x00", ")"), []string{`invalid symlink target "a\x00"`}},
		{"target too long", raw(magic, "(", "type", "symlink", "target", strings.Repeat("t", 4096), ")"), []string{"4096 bytes", "at most 4095"}},
		{"trailing byte", append(sample(t), 0), []string{"trailing bytes", fmt.Sprintf("offset %d", len(sample(t)))}},
		{"two archives", append(sample(t), sample(t)...), []string{"trailing bytes"}},
		{"nothing", nil, []string{"not a NAR", "truncated"}},
		{"another file", []byte("#!/bin/sh\necho hello\n"), []string{"not a NAR"}},
		{"another magic", raw("nix-archive-2", "("), []string{"not a NAR"}},
		{"xz", []byte("\xfd7zXZ\x00 and so on"), []string{"not a NAR", "xz", "decompress it first"}},
		{"zstd", []byte("\x28\xb5\x2f\xfd and so on"), []string{"not a NAR", "zstd"}},
		{"gzip", []byte("\x1f\x8b and so on"), []string{"not a NAR", "gzip"}},
		{"huge target that is not there", append(raw(magic, "(", "type", "symlink", "target"), "\xff\xff\xff\xff\xff\xff\xff\x7f"...), []string{"truncated"}},
		{"huge content", append(raw(magic, "(", "type", "regular", "contents"), "\xff\xff\xff\xff\xff\xff\xff\xff"...), []string{"content of 18446744073709551615 bytes"}},
		{"content that is not there", append(raw(magic, "(", "type", "regular", "contents"), "\xff\xff\xff\xff\xff\xff\xff\x7f"...), []string{"truncated"}},
		{"padding of a tag", replace(sample(t), len(magic)+8+2, 1), []string{"not a NAR"}},
		{"padding of a word", replace(sample(t), 24+8+1, 1), []string{"padding in NAR at offset 33 is not zero"}},
		{"padding of a content", replace(raw(magic, "(", "type", "regular", "contents", "x", ")"), 97, 1), []string{"padding in NAR at offset 97 is not zero"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := readAll(bytes.NewReader(test.data))
			wantError(t, err, test.want...)
			_, err = readAll(unseekable{bytes.NewReader(test.data)})
			wantError(t, err, test.want...)
			wantError(t, index(bytes.NewReader(test.data)), test.want...)
		})
	}
}

func replace(data []byte, at int, c byte) []byte {
	data[at] = c
	return data
}

// index reads an archive's entries and none of its contents.
func index(r io.Reader) error {
	for reader := NewReader(r); ; {
		if _, err := reader.Next(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestDepth(t *testing.T) {
	nested := func(levels int) []byte {
		list := []string{magic, "(", "type", "directory"}
		for range levels {
			list = append(list, "entry", "(", "name", "d", "node", "(", "type", "directory")
		}
		for range levels {
			list = append(list, ")", ")")
		}
		return raw(append(list, ")")...)
	}
	items, err := readAll(bytes.NewReader(nested(64)))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := writeAll(items); err != nil || !bytes.Equal(again, nested(64)) {
		t.Errorf("written back: %v", err)
	}
	_, err = readAll(bytes.NewReader(nested(65)))
	wantError(t, err, "nested deeper than 64", "offset")
}

// TestTruncated cuts an archive at every byte.
func TestTruncated(t *testing.T) {
	data := sample(t)
	for n := range data {
		for name, err := range map[string]error{
			"reading":  index(unseekable{bytes.NewReader(data[:n])}),
			"seeking":  index(bytes.NewReader(data[:n])),
			"contents": second(readAll(bytes.NewReader(data[:n]))),
		} {
			if err == nil || !strings.Contains(err.Error(), "truncated") || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("%s, cut at %d of %d: got %v", name, n, len(data), err)
			}
		}
	}
}

func second(_ []item, err error) error { return err }

func TestErrorStays(t *testing.T) {
	r := NewReader(strings.NewReader("hello"))
	_, first := r.Next()
	_, again := r.Next()
	if _, err := r.Read(make([]byte, 1)); first == nil || again != first || err != first {
		t.Errorf("got %v, %v, %v", first, again, err)
	}
}

func TestReadErrorIsKept(t *testing.T) {
	broken := errors.New("disk on fire")
	err := index(io.MultiReader(bytes.NewReader(sample(t)[:100]), iotestErr{broken}))
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type iotestErr struct{ err error }

func (r iotestErr) Read([]byte) (int, error) { return 0, r.err }

// TestSkipSeeks indexes an archive whose content is a hole of many GiB, from
// a position that is not the file's beginning.
func TestSkipSeeks(t *testing.T) {
	const size, before = 1 << 36, 5
	path := filepath.Join(t.TempDir(), "big.nar")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	head := raw(magic, "(", "type", "regular", "contents")
	head = append(head, 0, 0, 0, 0, 0x10, 0, 0, 0) // 1 << 36
	if _, err := f.WriteAt(head, before); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(raw(")"), before+int64(len(head))+size); err != nil {
		t.Skipf("no sparse files here: %v", err)
	}
	if _, err := f.Seek(before, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	r := NewReader(f)
	entry, err := r.Next()
	if err != nil || entry.Size != size || entry.Offset != int64(len(head)) {
		t.Fatalf("got %+v %v", entry, err)
	}
	if _, err := io.ReadFull(r, make([]byte, 100_000)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("got %v, want the end", err)
	}
}

// TestPipe reads from a file that cannot seek.
func TestPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() {
		defer w.Close()
		w.Write(sample(t))
	}()
	if err := index(r); err != nil {
		t.Error(err)
	}
}
