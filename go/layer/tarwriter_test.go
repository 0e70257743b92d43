package layer

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
)

// ExampleTarWriter writes a layer's tar entry by entry.
func ExampleTarWriter() {
	var buf bytes.Buffer
	w := NewTarWriter(&buf)
	for _, h := range []Header{
		{Name: "./", Type: tar.TypeDir, Mode: 0o755},
		{Name: "./bin", Type: tar.TypeDir, Mode: 0o755},
		{Name: "./bin/sh", Type: tar.TypeSymlink, Mode: 0o777, Linkname: "bash"},
	} {
		if err := w.WriteHeader(&h); err != nil {
			fmt.Println(err)
		}
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(buf.Len())
	r := tar.NewReader(&buf)
	for h, err := r.Next(); err == nil; h, err = r.Next() {
		fmt.Printf("%s -> %q\n", h.Name, h.Linkname)
	}
	// Output:
	// 10240
	// ./ -> ""
	// ./bin/ -> ""
	// ./bin/sh -> "bash"
}

func TestTarWriterErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		header Header
		want   string
	}{
		{"no name", Header{Type: tar.TypeReg}, "the name is empty"},
		{"zero in the name", Header{Name: "a\x00b", Type: tar.TypeReg}, `the name "a\x00b" has a zero byte`},
		{"zero in the target", Header{Name: "a", Type: tar.TypeSymlink, Linkname: "\x00"}, "the link name"},
		{"no type", Header{Name: "a"}, "unknown type"},
		{"a type of PAX", Header{Name: "a", Type: tar.TypeXHeader}, "unknown type 'x'"},
		{"mode", Header{Name: "a", Type: tar.TypeReg, Mode: 0o100644}, "mode 0100644 has more than the 12 bits"},
		{"negative size", Header{Name: "a", Type: tar.TypeReg, Size: -1}, "size -1 is negative"},
		{"directory with content", Header{Name: "a", Type: tar.TypeDir, Size: 1}, "only regular files have content"},
		{"symlink to nowhere", Header{Name: "a", Type: tar.TypeSymlink}, "links have one"},
		{"file with a target", Header{Name: "a", Type: tar.TypeReg, Linkname: "b"}, "others have none"},
		{"file with a device", Header{Name: "a", Type: tar.TypeReg, DevMajor: 1}, "it is not a device"},
		{"device number", Header{Name: "a", Type: tar.TypeChar, DevMinor: 1 << 21}, "numbers from 0 to 2097151"},
		{"uid", Header{Name: "a", Type: tar.TypeReg, UID: 1 << 32}, "uid 4294967296 is not between 0 and 4294967294"},
		{"gid", Header{Name: "a", Type: tar.TypeReg, GID: -5}, "gid -5 is not between 0 and 4294967294"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var buf bytes.Buffer
			w := NewTarWriter(&buf)
			err := w.WriteHeader(&test.header)
			wantError(t, err, test.want, "write tar: entry")
			if w.Close() == nil || buf.Len() > 0 {
				t.Error("the writer goes on after an error")
			}
		})
	}
}

func TestTarWriterContent(t *testing.T) {
	h := &Header{Name: "a", Type: tar.TypeReg, Size: 3}
	w := NewTarWriter(io.Discard)
	if err := w.WriteHeader(h); err != nil {
		t.Fatal(err)
	}
	_, err := io.WriteString(w, "four")
	wantError(t, err, "longer than the 3 bytes")

	w = NewTarWriter(io.Discard)
	if err := w.WriteHeader(h); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, "1"); err != nil {
		t.Fatal(err)
	}
	wantError(t, w.WriteHeader(h), "2 bytes shorter than the 3")
	wantError(t, w.Close(), "2 bytes shorter than the 3")
}

func TestTarWriterClosed(t *testing.T) {
	w := NewTarWriter(io.Discard)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	wantError(t, w.WriteHeader(&Header{Name: "a", Type: tar.TypeReg}), "closed")
	wantError(t, w.Close(), "closed")
}

// TestHeaderUnchanged: a header may be used again.
func TestHeaderUnchanged(t *testing.T) {
	h := Header{Name: strings.Repeat("é", 60), Type: tar.TypeDir, UID: 1 << 21}
	before := h
	if err := NewTarWriter(io.Discard).WriteHeader(&h); err != nil || !reflect.DeepEqual(h, before) {
		t.Errorf("got %+v %v", h, err)
	}
}
