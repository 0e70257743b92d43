package outfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteAt(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Discard()
	for _, piece := range []struct {
		text string
		at   int64
	}{{"end", 6}, {"begin", 0}} {
		if n, err := f.WriteAt([]byte(piece.text), piece.at); n != len(piece.text) || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it is there before Commit")
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != "begin\x00end" {
		t.Errorf("got %q, %v", got, err)
	}
	if names := entries(t, dir); len(names) != 1 {
		t.Errorf("left behind: %q", names)
	}
}

// TestWriteAtOfPipe: what cannot be written out of its order says so.
func TestWriteAtOfPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	f := newFile("/dev/stdout", w, nil, w)
	defer f.Discard()
	if _, err := f.WriteAt([]byte("x"), 10); err == nil || !strings.Contains(err.Error(), "write /dev/stdout: it is not written in its order: name a regular file") {
		t.Errorf("got %v", err)
	}
}
