package ocilayout_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/ocilayout"
)

func TestFiles(t *testing.T) {
	folder, other := t.TempDir(), t.TempDir()
	digits := func(c string) string { return strings.Repeat(c, 64) }
	for path, content := range map[string]string{
		filepath.Join(folder, "file"): "added", filepath.Join(folder, digits("b")): "first folder",
		filepath.Join(other, digits("c")): "second folder", filepath.Join(other, digits("b")): "never read",
	} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var files ocilayout.Files
	files.Add("sha256:"+digits("a"), filepath.Join(folder, "file"))
	files.Add("sha256:"+digits("d"), filepath.Join(folder, "gone"))
	files.AddFolder(folder)
	files.AddFolder(other)
	for c, want := range map[string]string{"a": "added", "b": "first folder", "c": "second folder"} {
		r, err := files.Open("sha256:" + digits(c))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); string(got) != want || err != nil {
			t.Errorf("%s: got %q, %v", c, got, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	for digest, want := range map[string]string{
		"sha256:" + digits("d"): "gone: no such file",
		"sha256:" + digits("e"): "it is neither among the 2 files nor in the 2 folders of blobs that were given",
		"sha512:" + digits("e"): "not of the algorithm sha256",
	} {
		if _, err := files.Open(digest); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", digest, err, want)
		}
	}
}
