package objectset

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

const (
	app   = "/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-app"
	lib   = "/nix/store/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-lib"
	other = "/nix/store/cccccccccccccccccccccccccccccccc-other"
)

// record joins fields; the lines of a set are records.
func record(fields ...string) string { return strings.Join(fields, "\x00") + "\n" }

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func read(t *testing.T, records ...string) *Set {
	t.Helper()
	s, err := Read(writeFile(t, "objects", strings.Join(records, "")))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func open(t *testing.T, s *Set, path store.Path) *object.Object {
	t.Helper()
	o, err := s.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o
}

// show writes an object's entries.
func show(o *object.Object) string {
	var out bytes.Buffer
	if err := o.WriteListing(&out); err != nil {
		return err.Error()
	}
	return strings.ReplaceAll(strings.TrimPrefix(out.String(), "#mtree\n"), "\n", ";")
}

// smallNAR is a NAR of a single file.
func smallNAR(t *testing.T) string {
	t.Helper()
	var buf bytes.Buffer
	w := nar.NewWriter(&buf)
	if err := w.WriteHeader(nar.Entry{Type: nar.Regular, Size: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, "x"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return writeFile(t, "x.nar", buf.String())
}

func TestOpen(t *testing.T) {
	source := writeFile(t, "source", "content")
	s := read(t,
		record("object", app),
		record("input", source),
		record("file", "0444", "bin/app", source),
		record("symlink", "", "bin/sh", "app"),
		record("directory", "0555", "empty", ""),
		record("executable", "", "bin/*", ""),
		record("object", lib),
		record("nar", smallNAR(t)),
		record("object", other),
		record("symlink", "", "strange\r\xff ", "\ttarget\r"),
	)
	for _, test := range []struct {
		path store.Path
		want string
	}{
		{app, ". type=dir;./bin type=dir;./bin/app type=file mode=0555;./bin/sh type=link link=app;./empty type=dir;"},
		{lib, ". type=file mode=0444;"},
		{other, `. type=dir;./strange\015\377\040 type=link link=\011target\015;`},
	} {
		// An object can be opened again.
		for range 2 {
			if got := show(open(t, s, test.path)); got != test.want {
				t.Errorf("%s: got %s, want %s", test.path, got, test.want)
			}
		}
	}
}

func TestReadNothing(t *testing.T) {
	s := read(t)
	if got := s.InputsExcept(nil); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}

func TestReadErrors(t *testing.T) {
	for _, test := range []struct{ name, text, wantErr string }{
		{"record before an object", record("file", "0444", "x", "y"), `line 1: "file" before the first object`},
		{"empty line", "\n", `line 1: "" before the first object`},
		{"not a store path", record("object", app) + record("object", "/nix/store/x"), `line 2: "/nix/store/x" is not a store path`},
		{"object without a path", record("object"), `line 1: "" is not a store path`},
		{"path with more after it", record("object", app, "x"), `line 1: "` + app + `\x00x" is not a store path`},
		{"the same object twice", record("object", app) + record("object", lib) + record("object", app), "line 3: " + app + " is there twice"},
		{"NAR without a name", record("object", app) + record("nar", ""), `line 2: "nar" names no file`},
		{"input without a name", record("object", app) + record("input"), `line 2: "input" names no file`},
		{"two NARs", record("object", app) + record("nar", "a.nar") + record("nar", "b.nar"), "line 3: " + app + " has a second NAR: it is in a.nar"},
		{"manifest after a NAR", record("object", app) + record("nar", "a.nar") + record("symlink", "", "x", "y"), "line 3: " + app + " has both a NAR, a.nar, and records of a manifest"},
		{"NAR after a manifest", record("object", app) + record("symlink", "", "x", "y") + record("nar", "a.nar"), "line 3: " + app + " has both a NAR, a.nar, and records of a manifest"},
		{"truncated", record("object", app) + "input\x00fi", "line 2: it has no newline at its end: the file is truncated"},
		{"line too long", record("object", app) + record("symlink", "", "x", strings.Repeat("y", 64<<10)), "line 2: it has more than 65536 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := writeFile(t, "objects", test.text)
			_, err := Read(file)
			if want := file + ": " + test.wantErr; err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
	t.Run("no file", func(t *testing.T) {
		missing := filepath.Join(t.TempDir(), "missing")
		if _, err := Read(missing); err == nil || !strings.Contains(err.Error(), missing) {
			t.Errorf("got %v", err)
		}
	})
}

func TestOpenErrors(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "gone")
	for _, test := range []struct {
		name    string
		records string
		wantErr []string
	}{
		{"another object", record("object", lib), []string{"no object " + app + ": the plan was made for other objects"}},
		{"no records", record("object", app) + record("input", "x"), []string{app + " from ", "the manifest has no entry"}},
		{"bad record", record("object", lib) + record("object", app) + record("symlink", "", "x", "y") + record("file", "0444"), []string{app + " from ", "its records after line 2: line 2: ", "2 fields"}},
		{"no source", record("object", app) + record("file", "0444", "x", gone), []string{app + " from ", gone}},
		{"whiteout", record("object", app) + record("symlink", "", "a/.wh.b", "x"), []string{`a layer cannot hold "a/.wh.b"`}},
		{"no NAR", record("object", app) + record("nar", gone), []string{app + " from " + gone, "no such file"}},
		{"not a NAR", record("object", app) + record("nar", writeFile(t, "x", "hello")), []string{app + " from ", "not a NAR"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := read(t, test.records)
			o, err := s.Open(app)
			if err == nil {
				t.Fatalf("got %s", show(o))
			}
			for _, want := range test.wantErr {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s", err, want)
				}
			}
		})
	}
}

func TestInputsExcept(t *testing.T) {
	s := read(t,
		record("object", app), record("input", "shared"), record("input", "app/tree"), record("input", "app/tree"), record("file", "0444", "x", "app/tree/x"),
		record("object", lib), record("nar", "lib.nar"),
		record("object", other), record("input", "other"), record("input", "shared"), record("symlink", "", "x", "y"),
	)
	for _, test := range []struct {
		name string
		used []store.Path
		want []string
	}{
		{"none", nil, []string{"shared", "app/tree", "lib.nar", "other"}},
		{"all", []store.Path{app, lib, other}, nil},
		{"one with a shared input", []store.Path{app}, []string{"lib.nar", "other"}},
		{"the other one", []store.Path{other}, []string{"app/tree", "lib.nar"}},
		{"a NAR", []store.Path{lib}, []string{"shared", "app/tree", "other"}},
		{"an object that is not there", []store.Path{lib, "/nix/store/dddddddddddddddddddddddddddddddd-d"}, []string{"shared", "app/tree", "other"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			used := map[store.Path]bool{}
			for _, path := range test.used {
				used[path] = true
			}
			// What was asked before does not matter.
			for range 2 {
				if got := s.InputsExcept(used); !slices.Equal(got, test.want) {
					t.Errorf("got %q, want %q", got, test.want)
				}
			}
		})
	}
}
