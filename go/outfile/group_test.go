package outfile

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestGroup: nothing is in its place before Commit, and what is stays.
func TestGroup(t *testing.T) {
	folder := t.TempDir()
	a, b := filepath.Join(folder, "a"), filepath.Join(folder, "b")
	var g Group
	for _, path := range []string{a, "", b} {
		if _, err := io.WriteString(g.Create(path), "text"); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{a, b} {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s before Commit: %v", path, err)
		}
	}
	if err := g.Commit(); g.Err != nil || err != nil {
		t.Fatal(g.Err, err)
	}
	g.Discard()
	for _, path := range []string{a, b} {
		if text, err := os.ReadFile(path); string(text) != "text" || err != nil {
			t.Errorf("%s: %q %v", path, text, err)
		}
	}
}

// TestGroupWithAnError: after an error nothing is begun, and Discard leaves
// nothing behind.
func TestGroupWithAnError(t *testing.T) {
	folder := t.TempDir()
	var g Group
	g.Create(filepath.Join(folder, "a"))
	g.Create(filepath.Join(folder, "missing", "b"))
	if g.Err == nil {
		t.Error("no error")
	}
	if w := g.Create(filepath.Join(folder, "c")); w != io.Discard {
		t.Errorf("after an error: %T", w)
	}
	g.Discard()
	if left, err := os.ReadDir(folder); len(left) > 0 || err != nil {
		t.Errorf("left: %v %v", left, err)
	}
}
