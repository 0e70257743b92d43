package main

import (
	"os"
	"path/filepath"

	"github.com/rules-strata/rules_strata/go/nixcache"
)

// inFolder makes a path absolute that is relative to the folder in which the
// user is: bazel run starts programs in another one.
func inFolder(path string) string {
	if folder := os.Getenv("BUILD_WORKING_DIRECTORY"); folder != "" && !filepath.IsAbs(path) {
		return filepath.Join(folder, path)
	}
	return path
}

// newClient makes the client with which caches are read.
func newClient(options ...nixcache.Option) *nixcache.Client {
	return nixcache.New(append(options, nixcache.WithWorkspace(os.Getenv("BUILD_WORKSPACE_DIRECTORY")))...)
}
