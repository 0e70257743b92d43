package harness

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestContentsOfCaches(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"files/cas/abcdef": "one", "files/cas/ab/0123": "three", "files/ac/99": "and of an action"} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		WriteFile(t, file, text)
	}
	c := &HTTPCacheServer{dir: dir, cas: filepath.Join(dir, "files/cas")}
	if got, want := c.Contents(t), map[string]int64{"abcdef": 3, "ab0123": 5}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := c.Size(t); got != 24 {
		t.Errorf("it has %d bytes", got)
	}
}

// TestServedBlobs: what was not there, what was written and what is known of
// actions are no blobs that were served.
func TestServedBlobs(t *testing.T) {
	c := &HTTPCacheServer{dir: t.TempDir()}
	WriteFile(t, filepath.Join(c.dir, "access.log"), strings.Join([]string{
		"GET /ac/11 200 99", "GET /cas/22 404 153", "PUT /cas/33 201 0", "GET /cas/44 200 1234", "GET /cas/55 200 0", "GET /cas/44 200 1234", "",
	}, "\n"))
	if got := c.Served(t); !slices.Equal(got, []string{"44", "55", "44"}) {
		t.Errorf("got %v", got)
	}
	if got := c.Served(t); got != nil {
		t.Errorf("served again: %v", got)
	}
}
