package command

import (
	"os"
	"path/filepath"
)

// FromWorkingDirectory is a path that a user gave, which counts from the folder
// that the user is in: bazel run starts programs in another one, and names the
// user's in BUILD_WORKING_DIRECTORY (Bazel, "Commands and Options", run). Where
// that is not set, or the path is absolute, it is the path as it is.
func FromWorkingDirectory(path string) string {
	if folder := os.Getenv("BUILD_WORKING_DIRECTORY"); folder != "" && !filepath.IsAbs(path) {
		return filepath.Join(folder, path)
	}
	return path
}
