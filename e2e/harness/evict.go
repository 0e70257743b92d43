package harness

import (
	"os"
	"path/filepath"
	"testing"
)

// Replace makes the cache have other bytes under a hash, or with nil none, as
// after it made room.
func (c *HTTPCacheServer) Replace(t testing.TB, hash string, data []byte) {
	t.Helper()
	blob := filepath.Join(c.dir, "files/cas", hash)
	err := os.Remove(blob)
	if err == nil && data != nil {
		err = os.WriteFile(blob, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
