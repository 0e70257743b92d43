package harness

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// NixCaches are binary caches of the store of NixLab, made by e2e/nixlab.
type NixCaches struct {
	// Dir has a cache for each compression, and "unsigned".
	Dir string
	// Key has signed them, Other has not.
	Key, Other string
}

// Caches are the binary caches, made by the first test that asks for them.
func Caches(t testing.TB) *NixCaches {
	t.Helper()
	Nix(t)
	c, err := nixCaches()
	if err != nil {
		t.Fatal(err)
	}
	c.Key = strings.TrimSpace(ReadFile(t, filepath.Join(c.Dir, "key.public")))
	c.Other = strings.TrimSpace(ReadFile(t, filepath.Join(c.Dir, "other.public")))
	return &c
}

var nixCaches = sync.OnceValues(func() (NixCaches, error) {
	c := NixCaches{Dir: filepath.Join(cacheFolder(), "nixcaches")}
	lab, err := nixLab()
	if err != nil {
		return c, err
	}
	return c, works(filepath.Join(Root(), "e2e/nixlab/caches.sh"), c.Dir, lab.Dir)
})
