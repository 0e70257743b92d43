package nar

import (
	"bytes"
	"reflect"
	"testing"
)

// FuzzReader checks that whatever the reader accepts is what the writer
// writes, byte for byte, and that seeking changes nothing.
func FuzzReader(f *testing.F) {
	data := sample(f)
	f.Add(data)
	for _, n := range []int{0, 1, 23, 24, 100, len(data) / 2, len(data) - 1} {
		f.Add(data[:n])
	}
	f.Add(append(bytes.Clone(data), 0))
	f.Add(inRoot(file("..")...))
	f.Add(inRoot(append(file("b"), file("a")...)...))
	f.Add(raw(magic, "(", "type", "symlink", "target", "x", ")"))
	f.Add(raw(magic, "(", "type", "regular", "executable", "", "contents", "x", ")"))
	f.Add(append(raw(magic, "(", "type", "regular", "contents"), "\xff\xff\xff\xff\xff\xff\xff\x7f"...))
	f.Fuzz(func(t *testing.T, data []byte) {
		items, err := readAll(unseekable{bytes.NewReader(data)})
		sought, soughtErr := readAll(bytes.NewReader(data))
		if (err == nil) != (soughtErr == nil) || err == nil && !reflect.DeepEqual(items, sought) {
			t.Fatalf("reading gives %v, seeking %v", err, soughtErr)
		}
		if indexErr := index(bytes.NewReader(data)); (err == nil) != (indexErr == nil) {
			t.Fatalf("reading gives %v, an index %v", err, indexErr)
		}
		if err != nil {
			return
		}
		again, err := writeAll(items)
		if err != nil {
			t.Fatalf("accepted, but the writer refuses: %v", err)
		}
		if !bytes.Equal(again, data) {
			t.Fatalf("accepted %q, written back as %q", data, again)
		}
	})
}
