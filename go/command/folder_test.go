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
