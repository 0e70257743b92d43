package outdir_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/outdir"
)

func TestCommit(t *testing.T) {
	for _, exists := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "out")
		if exists {
			if err := os.Mkdir(path, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		d, err := outdir.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{
			d.WriteBytes("a", []byte("1")),
			d.Write("sub/dir/b", func(w io.Writer) error { _, err := io.WriteString(w, strings.Repeat("2", 100_000)); return err }),
			d.WriteBytes("temporary", []byte("3")),
			d.Rename("temporary", "sub/c"),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if names, err := os.ReadDir(path); len(names) > 0 || err == nil != exists {
			t.Errorf("before Commit there are %v, %v", names, err)
		}
		if err := d.Commit(); err != nil {
			t.Fatal(err)
		}
		d.Discard()
		for name, want := range map[string]string{"a": "1", "sub/dir/b": strings.Repeat("2", 100_000), "sub/c": "3"} {
			if got, err := os.ReadFile(filepath.Join(path, name)); err != nil || string(got) != want {
				t.Errorf("%s: %.10q %v", name, got, err)
			}
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o755 {
			t.Errorf("mode: %v %v", info, err)
		}
		alone(t, path, 1)
	}
}

func TestDiscard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	d, err := outdir.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := d.Write("x", func(io.Writer) error { return broken }); err != broken {
		t.Error(err)
	}
	if err := d.WriteBytes("x", nil); !errors.Is(err, os.ErrExist) || !strings.HasPrefix(err.Error(), "write "+path+"/x: ") {
		t.Errorf("a file that is there twice: %v", err)
	}
	d.Discard()
	alone(t, path, 0)
}

func TestCreateErrors(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		folder:                             "the directory is not empty: it has file",
		file:                               "not a directory",
		filepath.Join(folder, "none", "x"): "no such file",
	} {
		if _, err := outdir.Create(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
	alone(t, file, 1)
}

// alone wants so many names beside path, itself among them.
func alone(t *testing.T, path string, want int) {
	t.Helper()
	if names, err := os.ReadDir(filepath.Dir(path)); len(names) != want || err != nil {
		t.Errorf("in the folder are %v, %v", names, err)
	}
}
