package object

import (
	"os"
	"path/filepath"
	"testing"
)

func TestOutputLink(t *testing.T) {
	top := filepath.Join(t.TempDir(), "execroot", "_main")
	root := filepath.Join(top, "bazel-out", "bin")
	if err := os.MkdirAll(root, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, "file")
	if err := os.WriteFile(file, []byte("content"), 0o644); err != nil {
		t.Fatal(err)
	}
	link := func(name, text string) string {
		name = filepath.Join(root, name)
		if err := os.Symlink(text, name); err != nil {
			t.Fatal(err)
		}
		return name
	}
	source := filepath.Join(top, "source")
	if err := os.Symlink(file, source); err != nil {
		t.Fatal(err)
	}
	relative, absolute := link("relative", "../elsewhere/x"), link("absolute", "/usr/bin/python3")
	for _, test := range []struct{ name, source, want string }{
		{"file", file, `"a" regular x=true "content"`},
		{"a link to a file of Bazel's", link("to-file", file), `"a" regular x=true "content"`},
		{"two of them", link("to-link", filepath.Join(root, "to-file")), `"a" regular x=true "content"`},
		{"a link to a source", link("to-source", source), `"a" regular x=true "content"`},
		{"a source", source, `"a" regular x=true "content"`},
		{"a relative link", relative, `"a" symlink -> "../elsewhere/x"`},
		{"an absolute link", absolute, `"a" symlink -> "/usr/bin/python3"`},
		{"a relative link in a sandbox", link("sandboxed", relative), `"a" symlink -> "../elsewhere/x"`},
		{"an absolute link in a sandbox", link("sandboxed-too", absolute), `"a" symlink -> "/usr/bin/python3"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, err := openRecords(t, record("output", "0555", "a", test.source))
			compareLines(t, describe(t, mustOpen(t, o, err)), []string{`"" directory`, test.want})
		})
	}
	loop := link("loop", filepath.Join(root, "loop"))
	for _, test := range []struct{ name, source, want string }{
		{"missing", file + "x", "no such file"},
		{"loop", loop, "more than 40 links"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := openRecords(t, record("output", "0444", "a", test.source))
			wantError(t, err, `the source of "a"`, test.source, test.want)
		})
	}
}
