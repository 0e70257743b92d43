package objectfiles

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

const path = store.Path("/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-one")

// The SHA-256 of "hello\n" and of nothing.
const (
	hello = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
	empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func describe(t *testing.T, source string) string {
	t.Helper()
	o, err := object.Open(path, source)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	var out bytes.Buffer
	if err := Write(&out, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func read(t *testing.T, text string) *Files {
	t.Helper()
	f, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTree(t *testing.T) {
	text, nothing := write(t, "text", "hello\n"), write(t, "nothing", "")
	got := describe(t, "@"+write(t, "manifest", fmt.Sprintf(
		"file\x000555\x00bin/a b\x00%s\nsymlink\x00\x00bin/sh\x00size= sha256digest=\ndirectory\x000555\x00empty\x00\nfile\x000444\x00\xff\x00%s\n", text, nothing)))
	want := strings.Join([]string{
		"#mtree",
		"#version=1",
		". type=dir",
		"./bin type=dir",
		`./bin/a\040b type=file mode=0555 size=6 sha256digest=` + hello,
		`./bin/sh type=link link=size=\040sha256digest=`,
		"./empty type=dir",
		`./\377 type=file mode=0444 size=0 sha256digest=` + empty,
		"",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	f := read(t, got)
	if f.NAR != nil || f.Offsets != nil || len(f.Entries) != 6 || f.Entries[2].Size != 6 || !f.Entries[2].Executable {
		t.Errorf("read back: %+v", f)
	}
	if want := map[string]cas.Digest{"bin/a b": {SHA256: hello, Size: 6}, "\xff": {SHA256: empty}}; !reflect.DeepEqual(f.Digests, want) {
		t.Errorf("read back: %v, want %v", f.Digests, want)
	}
}

func TestRoots(t *testing.T) {
	text := write(t, "text", "hello\n")
	for _, test := range []struct{ name, record, want string }{
		{"file", "file\x000444\x00\x00" + text + "\n", ". type=file mode=0444 size=6 sha256digest=" + hello},
		{"link", "symlink\x00\x00\x00x\n", ". type=link link=x"},
	} {
		got := describe(t, "@"+write(t, "manifest", test.record))
		if want := "#mtree\n#version=1\n" + test.want + "\n"; got != want {
			t.Errorf("%s: got %q, want %q", test.name, got, want)
		}
		read(t, got)
	}
}

func TestNAR(t *testing.T) {
	var archive bytes.Buffer
	w := nar.NewWriter(&archive)
	for _, e := range []nar.Entry{{Type: nar.Directory}, {Path: "a", Type: nar.Regular, Size: 6}, {Path: "b", Type: nar.Symlink, Target: "a"}} {
		if err := w.WriteHeader(e); err != nil {
			t.Fatal(err)
		}
		if e.Size > 0 {
			_, _ = io.WriteString(w, "hello\n")
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file := write(t, "object.nar", archive.String())
	got := describe(t, file)
	offset := strings.Index(archive.String(), "hello\n")
	hash, _, _ := strings.Cut(strings.Split(got, "sha256digest=")[1], "\n")
	want := fmt.Sprintf("#mtree\n#version=1 size=%d sha256digest=%s\n. type=dir\n./a type=file mode=0444 size=6 offset=%d\n./b type=link link=a\n", archive.Len(), hash, offset)
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	f := read(t, got)
	if f.NAR == nil || *f.NAR != (cas.Digest{SHA256: hash, Size: int64(archive.Len())}) || f.Digests != nil || f.Offsets["a"] != int64(offset) {
		t.Errorf("read back: %+v", f)
	}
}

// TestWriteEnds: nothing is read of an object whose context is done.
func TestWriteEnds(t *testing.T) {
	var archive bytes.Buffer
	w := nar.NewWriter(&archive)
	if err := w.WriteHeader(nar.Entry{Type: nar.Regular}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file := write(t, "object.nar", archive.String())
	record := write(t, "manifest", "file\x000444\x00\x00"+write(t, "text", "hello\n")+"\n")
	for name, source := range map[string]string{"NAR": file, "tree": "@" + record} {
		o, err := object.Open(path, source)
		if err != nil {
			t.Fatal(err)
		}
		defer o.Close()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := Write(io.Discard, o.WithContext(ctx)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestReadErrors(t *testing.T) {
	const head = "#mtree\n#version=1\n. type=dir\n"
	const narHead = "#mtree\n#version=1 size=100 sha256digest=" + hello + "\n. type=dir\n"
	long := strings.Repeat("a", maxLine)
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", "line 1: truncated"},
		{"first line alone", "#mtree\n", "truncated"},
		{"no entry", "#mtree\n#version=1\n", "line 3: truncated"},
		{"cut", head + "./a type=dir", "line 4: truncated"},
		{"something else", "{}\n#version=1\n. type=dir\n", "not a listing"},
		{"another version", "#mtree\n#version=2\n. type=dir\n", `want "#version=1"`},
		{"a listing", "#mtree\n. type=dir\n", `want "#version=1"`},
		{"a file without its size", head + "./a type=file mode=0444\n", "line 4: "},
		{"a file without its hash", head + "./a type=file mode=0444 size=1\n", "want size=N sha256digest="},
		{"a hash that is none", head + "./a type=file mode=0444 size=1 sha256digest=abc\n", "not a SHA-256"},
		{"a hash in capital letters", head + "./a type=file mode=0444 size=6 sha256digest=" + strings.ToUpper(hello) + "\n", "not a SHA-256"},
		{"a negative size", head + "./a type=file mode=0444 size=-1 sha256digest=" + hello + "\n", "not a number of bytes"},
		{"a size with zeros", head + "./a type=file mode=0444 size=06 sha256digest=" + hello + "\n", "not a number of bytes"},
		{"a size that is too large", head + "./a type=file mode=0444 size=99999999999999999999 sha256digest=" + hello + "\n", "not a number of bytes"},
		{"a directory with a size", head + "./a type=dir size=1 sha256digest=" + hello + "\n", "only a file has a size"},
		{"an offset without a NAR", head + "./a type=file mode=0444 size=1 offset=1\n", "want size=N sha256digest="},
		{"a hash with a NAR", narHead + "./a type=file mode=0444 size=1 sha256digest=" + hello + "\n", "want size=N offset="},
		{"a content beyond the NAR", narHead + "./a type=file mode=0444 size=50 offset=51\n", "not within a NAR of 100 bytes"},
		{"a content far beyond the NAR", narHead + "./a type=file mode=0444 size=9223372036854775807 offset=9223372036854775807\n", "not within a NAR"},
		{"a NAR without its hash", "#mtree\n#version=1 size=1\n. type=dir\n", "want size=N sha256digest="},
		{"more keywords", head + "./a type=file mode=0444 size=6 sha256digest=" + hello + " x=1\n", "not a SHA-256"},
		{"names that are not sorted", head + "./b type=dir\n./a type=dir\n", `line 5: "a" comes after "b": not sorted`},
		{"a name that leads out", head + "./.. type=dir\n", `line 4: the path ".."`},
		{"a long line", head + "./" + long + " type=dir\n", "more than 65536 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if f, err := Read(strings.NewReader(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %+v, %v, want %q", f, err, test.want)
			}
		})
	}
}

func TestReadFile(t *testing.T) {
	file := write(t, "files", "x")
	if _, err := ReadFile(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v, want the file's name", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("#mtree\n#version=1\n. type=file mode=0444 size=6 sha256digest=" + hello + "\n")
	f.Add("#mtree\n#version=1 size=100 sha256digest=" + hello + "\n. type=dir\n./a type=file mode=0444 size=6 offset=9\n")
	f.Fuzz(func(t *testing.T, text string) {
		files, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, e := range files.Entries {
			if e.Size < 0 || files.NAR != nil && files.Offsets[e.Path]+e.Size > files.NAR.Size {
				t.Errorf("%+v of %+v", e, files.NAR)
			}
		}
	})
}
