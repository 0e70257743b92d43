package object

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nar"
)

// TestOpenIn: what the paths of an object's sources are relative to.
func TestOpenIn(t *testing.T) {
	dir := filepath.Dir(writeFile(t, "source", "content"))
	elsewhere := writeFile(t, "elsewhere", "content")
	records := []string{"file\x000444\x00a\x00source", "file\x000444\x00b\x00" + elsewhere, "symlink\x00\x00c\x00source"}
	for name, data := range map[string]string{
		"manifest": strings.Join(records, "\n") + "\n",
		"nar":      readAll(t, narFile(t, nar.Entry{Type: nar.Directory}, nar.Entry{Path: "a", Type: nar.Regular}, nar.Entry{Path: "c", Type: nar.Symlink, Target: "source"})),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{`"" directory`, `"a" regular x=false "content"`, `"b" regular x=false "content"`, `"c" symlink -> "source"`}
	o, err := OpenIn(testPath, "@manifest", dir)
	compareLines(t, describe(t, mustOpen(t, o, err)), want)
	o, err = FromRecords(testPath, records, dir)
	compareLines(t, describe(t, mustOpen(t, o, err)), want)
	o, err = OpenIn(testPath, "nar", dir)
	if got := describe(t, mustOpen(t, o, err)); len(got) != 3 {
		t.Errorf("got %q", got)
	}
	for _, source := range []string{"@manifest", "nar"} {
		_, err := Open(testPath, source)
		wantError(t, err, string(testPath), "open "+source[strings.IndexByte(source, '@')+1:])
	}
}

func readAll(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestFromRecordsErrors(t *testing.T) {
	_, err := FromRecords(testPath, []string{"directory\x000555\x00a\x00", "x"}, "")
	wantError(t, err, string(testPath)+": record 2: ", `"x" has 1 fields, want 4`)
	_, err = FromRecords(testPath, nil, "")
	wantError(t, err, string(testPath)+": ", "has no entry")
	_, err = FromRecords(testPath, []string{"file\x000444\x00a\x00missing"}, "folder")
	wantError(t, err, string(testPath)+": ", `the source of "a"`, "folder/missing")
}

// TestWithContext: what is read of an object ends with the context, in the
// middle of a file, too.
func TestWithContext(t *testing.T) {
	manifest, err := FromRecords(testPath, []string{"file\x000444\x00a\x00" + writeFile(t, "source", strings.Repeat("x", 1000))}, "")
	if err != nil {
		t.Fatal(err)
	}
	archive, err := Open(testPath, narFile(t, nar.Entry{Type: nar.Directory}, nar.Entry{Path: "a-long-name", Type: nar.Regular}))
	for name, o := range map[string]*Object{"manifest": manifest, "NAR": mustOpen(t, archive, err)} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			with := o.WithContext(ctx)
			entries := with.Entries()
			at := slices.IndexFunc(entries, func(e Entry) bool { return e.Type == nar.Regular })
			r, err := with.OpenFile(&entries[at])
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if _, err := io.ReadFull(r, make([]byte, 3)); err != nil {
				t.Fatal(err)
			}
			cancel()
			if n, err := r.Read(make([]byte, 3)); n > 0 || !errors.Is(err, context.Canceled) {
				t.Errorf("read on: %d, %v", n, err)
			}
			if _, err := with.OpenFile(&entries[at]); !errors.Is(err, context.Canceled) {
				t.Errorf("another file: %v", err)
			}
			if err := with.WriteNAR(new(bytes.Buffer)); !errors.Is(err, context.Canceled) {
				t.Errorf("NAR: %v", err)
			}
			if _, err := o.Info(); err != nil {
				t.Errorf("the object without the context: %v", err)
			}
		})
	}
}
