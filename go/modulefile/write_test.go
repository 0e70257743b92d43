package modulefile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const before = dep + extension + "pull.image(name = \"debian\", image_digest = \"old\")\n"

func TestWriteKeepsTheMode(t *testing.T) {
	for _, mode := range []os.FileMode{0o644, 0o600, 0o664, 0o755} {
		module := write(t, before)
		if err := os.Chmod(module, mode); err != nil {
			t.Fatal(err)
		}
		e, err := edit(module, "debian", digest("new"))
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Write(); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(module)
		if err != nil || info.Mode() != mode {
			t.Errorf("mode %v, want %v, %v", info.Mode(), mode, err)
		}
		alone(t, module)
	}
}

// alone fails if there is anything beside the file.
func alone(t *testing.T, module string) {
	t.Helper()
	names, err := os.ReadDir(filepath.Dir(module))
	if err != nil || len(names) != 1 {
		t.Errorf("there are %v, %v", names, err)
	}
}

// TestWriteNothing: a file that is as it should be is not touched, though it be
// read-only.
func TestWriteNothing(t *testing.T) {
	module := write(t, before)
	then := time.Unix(1, 0)
	if err := os.Chtimes(module, then, then); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(module, 0o444); err != nil {
		t.Fatal(err)
	}
	e, err := edit(module, "debian", digest("old"))
	if err != nil || e.Changed() {
		t.Fatal(e, err)
	}
	if err := e.Write(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(module); err != nil || !info.ModTime().Equal(then) {
		t.Errorf("it was written at %v, %v", info.ModTime(), err)
	}
}

func TestWriteErrors(t *testing.T) {
	for _, test := range []struct {
		name    string
		prepare func(module string) error
		want    string
	}{
		{"read-only", func(m string) error { return os.Chmod(m, 0o444) }, "MODULE.bazel: it is read-only: make it writable (chmod u+w)"},
		{"changed", func(m string) error { return os.WriteFile(m, []byte(dep), 0o644) }, "another program has changed it meanwhile: try again"},
		{"gone", os.Remove, "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			module := write(t, before)
			e, err := edit(module, "debian", digest("new"))
			if err != nil {
				t.Fatal(err)
			}
			if err := test.prepare(module); err != nil {
				t.Fatal(err)
			}
			want, _ := os.ReadFile(module)
			if err := e.Write(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
			if got, _ := os.ReadFile(module); string(got) != string(want) {
				t.Errorf("it is now\n%s", got)
			}
		})
	}
}

// TestWriteThroughALink: the file is written, and the link stays.
func TestWriteThroughALink(t *testing.T) {
	module := write(t, before)
	link := filepath.Join(t.TempDir(), "MODULE.bazel")
	if err := os.Symlink(module, link); err != nil {
		t.Fatal(err)
	}
	e, err := edit(link, "debian", digest("new"))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Write(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error(info, err)
	}
	if got, err := os.ReadFile(module); err != nil || !strings.Contains(string(got), "\"new\"") {
		t.Errorf("%s, %v", got, err)
	}
}
