package layer

import (
	"bytes"
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// tree is a file system object as the known answers spell it.
type tree struct {
	Type       string          `json:"type"`
	Entries    map[string]tree `json:"entries,omitempty"`
	Contents   string          `json:"contents,omitempty"`
	Repeat     int             `json:"repeat,omitempty"`
	Executable bool            `json:"executable,omitempty"`
	Target     string          `json:"target,omitempty"`
}

func (t tree) content() string { return strings.Repeat(t.Contents, cmp.Or(t.Repeat, 1)) }

func dir(entries map[string]tree) tree { return tree{Type: "directory", Entries: entries} }

func file(contents string) tree { return tree{Type: "regular", Contents: contents} }

func link(target string) tree { return tree{Type: "symlink", Target: target} }

// walk visits a tree in the order of a NAR.
func (t tree) walk(path string, visit func(path string, t tree)) {
	visit(path, t)
	for _, name := range slices.Sorted(maps.Keys(t.Entries)) {
		t.Entries[name].walk(strings.TrimPrefix(path+"/"+name, "/"), visit)
	}
}

// writeNAR gives the tree as a NAR.
func (t tree) writeNAR(tb testing.TB) []byte {
	tb.Helper()
	var buf bytes.Buffer
	w := nar.NewWriter(&buf)
	check := func(err error) {
		if err != nil {
			tb.Helper()
			tb.Fatal(err)
		}
	}
	t.walk("", func(path string, t tree) {
		e := nar.Entry{Path: path, Executable: t.Executable, Target: t.Target}
		switch t.Type {
		case "directory":
			e.Type = nar.Directory
		case "symlink":
			e.Type = nar.Symlink
		case "regular":
			e.Type, e.Size = nar.Regular, int64(len(t.content()))
		}
		check(w.WriteHeader(e))
		_, err := w.Write([]byte(t.content()))
		check(err)
	})
	check(w.Close())
	return buf.Bytes()
}

// open puts the tree into a NAR on disk and opens it.
func (t tree) open(tb testing.TB, path string) *object.Object {
	tb.Helper()
	name := filepath.Join(tb.TempDir(), "x.nar")
	if err := os.WriteFile(name, t.writeNAR(tb), 0o644); err != nil {
		tb.Fatal(err)
	}
	return openObject(tb, path, name)
}

// openManifest puts the tree's files on disk, under names of their own, and
// opens a manifest of them.
func (t tree) openManifest(tb testing.TB, path string) *object.Object {
	tb.Helper()
	folder := tb.TempDir()
	var records []string
	t.walk("", func(path string, t tree) {
		record := []string{"file", "0444", path, ""}
		switch t.Type {
		case "directory":
			record[0], record[1] = "directory", "0555"
		case "symlink":
			record[0], record[1], record[3] = "symlink", "", t.Target
		case "regular":
			f, err := os.CreateTemp(folder, "source-")
			if err != nil {
				tb.Fatal(err)
			}
			defer f.Close()
			if _, err := f.WriteString(t.content()); err != nil {
				tb.Fatal(err)
			}
			record[3] = f.Name()
			if t.Executable {
				record[1] = "0555"
			}
		}
		records = append(records, strings.Join(record, "\x00")+"\n")
	})
	slices.Reverse(records) // the order of a manifest does not matter
	name := filepath.Join(folder, "manifest")
	if err := os.WriteFile(name, []byte(strings.Join(records, "")), 0o644); err != nil {
		tb.Fatal(err)
	}
	return openObject(tb, path, "@"+name)
}

func openObject(tb testing.TB, path, source string) *object.Object {
	tb.Helper()
	o, err := object.Open(store.Path(path), source)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { o.Close() })
	return o
}
