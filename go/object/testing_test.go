package object

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/store"
)

const testPath store.Path = "/nix/store/q8qq0c2mzh1b39dpgzjgcv9gs1xvxjvh-test"

func wantError(t *testing.T, err error, phrases ...string) {
	t.Helper()
	for _, phrase := range phrases {
		if err == nil || !strings.Contains(err.Error(), phrase) {
			t.Errorf("got error %v, want one with %q", err, phrase)
		}
	}
}

func writeFile(tb testing.TB, name, content string) string {
	tb.Helper()
	name = filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		tb.Fatal(err)
	}
	return name
}

// record spells a manifest's record.
func record(fields ...string) string { return strings.Join(fields, "\x00") + "\n" }

// openRecords opens a manifest of these records.
func openRecords(tb testing.TB, records ...string) (*Object, error) {
	tb.Helper()
	return Open(testPath, "@"+writeFile(tb, "manifest", strings.Join(records, "")))
}

func mustOpen(tb testing.TB, o *Object, err error) *Object {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { o.Close() })
	return o
}

// narFile writes a NAR of the entries, each regular file with its path as
// content, in the order of a NAR.
func narFile(tb testing.TB, entries ...nar.Entry) string {
	tb.Helper()
	slices.SortFunc(entries, func(a, b nar.Entry) int { return compareBytes(a.Path, b.Path) })
	var buf bytes.Buffer
	w := nar.NewWriter(&buf)
	for _, e := range entries {
		if e.Type == nar.Regular {
			e.Size = int64(len(e.Path))
		}
		if err := w.WriteHeader(e); err != nil {
			tb.Fatal(err)
		}
		if e.Type == nar.Regular {
			if _, err := io.WriteString(w, e.Path); err != nil {
				tb.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return writeFile(tb, "test.nar", buf.String())
}

// describe spells an object's entries with their contents.
func describe(t *testing.T, o *Object) []string {
	t.Helper()
	var lines []string
	entries := o.Entries()
	for i := range entries {
		e := &entries[i]
		line := fmt.Sprintf("%q %v", e.Path, e.Type)
		switch e.Type {
		case nar.Symlink:
			line += fmt.Sprintf(" -> %q", e.Target)
		case nar.Regular:
			r, err := o.OpenFile(e)
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			if int64(len(content)) != e.Size {
				t.Errorf("%q: %d bytes, but size %d", e.Path, len(content), e.Size)
			}
			line += fmt.Sprintf(" x=%v %q", e.Executable, content)
		}
		lines = append(lines, line)
	}
	return lines
}

func compareLines(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
