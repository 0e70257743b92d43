package command

import (
	"os"
	"path/filepath"
)

// Folder is what the relative paths of a command line are relative to; "" is the
// working directory, which programs do not change.
type Folder string

// At is where a path of the command line leads. "" stays: it is no path.
func (f Folder) At(path string) string {
	if f == "" || path == "" || filepath.IsAbs(path) {
		return path
	}
	return string(f) + "/" + path
}

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
