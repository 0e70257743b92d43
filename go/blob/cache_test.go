package blob_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/compress"
)

// cacheIn is a cache in a folder of its own.
func cacheIn(folder string) *blob.Cache {
	return blob.UserCache(func(name string) string { return map[string]string{"XDG_CACHE_HOME": folder}[name] })
}

// onlyFile is the one file below a folder.
func onlyFile(t *testing.T, folder string) string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) != 1 {
		t.Fatalf("%q: %v", files, err)
	}
	return files[0]
}

func TestCache(t *testing.T) {
	folder := t.TempDir()
	c, d := cacheIn(folder), exampleDescriptor
	if got, ok := c.Get(d.DiffID, compress.Gzip); ok {
		t.Errorf("an empty cache has %+v", got)
	}
	if err := c.Forget(d.DiffID, compress.Gzip); err != nil {
		t.Errorf("what is not there is forgotten: %v", err)
	}
	other := d
	other.Size++
	for _, put := range []blob.Descriptor{other, d} {
		if err := c.Put(put); err != nil {
			t.Fatal(err)
		}
		if got, ok := c.Get(d.DiffID, compress.Gzip); got != put || !ok {
			t.Errorf("got %+v, want %+v", got, put)
		}
	}
	if got, ok := c.Get(d.DiffID, compress.Zstd); ok {
		t.Errorf("of another compression: %+v", got)
	}
	if file := onlyFile(t, folder); !strings.HasPrefix(file, filepath.Join(folder, "rules_strata")+"/") {
		t.Errorf("it is in %s", file)
	}
	if err := c.Forget(d.DiffID, compress.Gzip); err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Get(d.DiffID, compress.Gzip); ok {
		t.Error("it is still there")
	}
}

// TestCacheThatIsBroken: what nobody wrote there counts for nothing.
func TestCacheThatIsBroken(t *testing.T) {
	folder := t.TempDir()
	c := cacheIn(folder)
	for name, change := range map[string]func(text string) string{
		"cut":              func(text string) string { return text[:len(text)/2] },
		"empty":            func(string) string { return "" },
		"of another layer": func(text string) string { return strings.ReplaceAll(text, exampleDescriptor.DiffID, digest(nil)) },
		"another kind":     func(text string) string { return strings.ReplaceAll(text, "+gzip", "+zstd") },
	} {
		if err := c.Put(exampleDescriptor); err != nil {
			t.Fatal(err)
		}
		file := onlyFile(t, folder)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(change(string(text))), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, ok := c.Get(exampleDescriptor.DiffID, compress.Gzip); ok {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func TestNoCache(t *testing.T) {
	relative := cacheIn("relative/folder")
	for name, c := range map[string]*blob.Cache{"nil": nil, "a relative path": relative} {
		if err := c.Put(exampleDescriptor); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, ok := c.Get(exampleDescriptor.DiffID, compress.Gzip); ok {
			t.Errorf("%s: it remembers", name)
		}
		if err := c.Forget(exampleDescriptor.DiffID, compress.Gzip); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := cacheIn(file).Put(exampleDescriptor); err == nil || !strings.Contains(err.Error(), "cache of digests") {
		t.Errorf("where no folder can be: %v", err)
	}
}
