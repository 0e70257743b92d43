package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// compressorVersion is raised when package compress writes other bytes, which
// its golden digests show.
const compressorVersion = 1

// Cache remembers descriptors of blobs between runs: finding one takes as long
// as compressing the layer. It is a folder of small files that may be removed
// at any time. Several programs may use it at once. A nil Cache remembers
// nothing.
type Cache struct{ folder string }

// UserCache is the user's own cache: $XDG_CACHE_HOME/rules_strata, or where
// the operating system keeps caches. It is nil for a user without a home.
func UserCache(getenv func(string) string) *Cache {
	folder := getenv("XDG_CACHE_HOME")
	if folder == "" {
		var err error
		if folder, err = os.UserCacheDir(); err != nil {
			return nil
		}
	}
	if !filepath.IsAbs(folder) {
		return nil // as the XDG Base Directory Specification has it
	}
	return &Cache{filepath.Join(folder, "rules_strata", "blobs")}
}

// Get is the descriptor of the blob of a layer. A file that cannot be read, or
// is of another layer, is as none.
func (c *Cache) Get(diffID string, k compress.Kind) (Descriptor, bool) {
	file, err := c.file(diffID, k)
	if err != nil {
		return Descriptor{}, false
	}
	d, err := ReadDescriptor(file)
	if err != nil || d.DiffID != diffID || d.MediaType != k.LayerMediaType() {
		return Descriptor{}, false
	}
	return d, true
}

// Put remembers a descriptor, in place of another one of the layer.
func (c *Cache) Put(d Descriptor) error {
	if c == nil {
		return nil
	}
	k, err := d.Compression()
	if err != nil {
		return err
	}
	file, err := c.file(d.DiffID, k)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o755)
	}
	if err == nil {
		err = jsonfile.Write(file, d)
	}
	if err != nil {
		return fmt.Errorf("cache of digests: %w", err)
	}
	return nil
}

// Forget removes the descriptor of a layer's blob.
func (c *Cache) Forget(diffID string, k compress.Kind) error {
	if c == nil {
		return nil
	}
	file, err := c.file(diffID, k)
	if err == nil {
		err = os.Remove(file)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cache of digests: %w", err)
	}
	return nil
}

func (c *Cache) file(diffID string, k compress.Kind) (string, error) {
	if c == nil {
		return "", errors.New("no cache")
	}
	digits, err := ParseDigest(diffID)
	if err != nil {
		return "", err
	}
	return filepath.Join(c.folder, fmt.Sprintf("%s-%d", k, compressorVersion), digits[:2], digits+".json"), nil
}
