package command

import (
	"path/filepath"
	"testing"
)

func TestFromWorkingDirectory(t *testing.T) {
	folder := t.TempDir()
	for _, test := range []struct{ name, folder, path, want string }{
		{"under bazel run", folder, "a/b", filepath.Join(folder, "a", "b")},
		{"above it", folder, "../b", filepath.Join(filepath.Dir(folder), "b")},
		{"absolute", folder, "/a", "/a"},
		{"nothing but the folder", folder, "", folder},
		{"without bazel run", "", "a/../b", "a/../b"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("BUILD_WORKING_DIRECTORY", test.folder)
			if got := FromWorkingDirectory(test.path); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestFolderAt(t *testing.T) {
	for _, test := range []struct {
		folder     Folder
		path, want string
	}{
		{"", "a/b", "a/b"},
		{"f/g", "a/b", "f/g/a/b"},
		{"f", "/a", "/a"},
		{"f", "", ""},
	} {
		if got := test.folder.At(test.path); got != test.want {
			t.Errorf("%q at %q: got %q, want %q", test.path, test.folder, got, test.want)
		}
	}
}
