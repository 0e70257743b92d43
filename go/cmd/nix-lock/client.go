package main

import (
	"os"

	"github.com/rules-strata/rules_strata/go/nixcache"
)

// newClient makes the client with which caches are read.
func newClient(options ...nixcache.Option) *nixcache.Client {
	return nixcache.New(append(options, nixcache.WithWorkspace(os.Getenv("BUILD_WORKSPACE_DIRECTORY")))...)
}
