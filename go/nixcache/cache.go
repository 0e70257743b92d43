package nixcache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/store"
)

// maxCacheInfo is the largest nix-cache-info that is read, in bytes.
const maxCacheInfo = 64 << 10

// Cache is a binary cache that has objects of one store directory.
type Cache struct {
	client   *Client
	url      string
	storeDir string
}

// Cache opens the cache at a URL. It reads the file nix-cache-info, and refuses
// a cache of another store directory.
func (c *Client) Cache(ctx context.Context, url, storeDir string) (*Cache, error) {
	if err := CheckURL(url); err != nil {
		return nil, err
	}
	cache := &Cache{client: c, url: url, storeDir: storeDir}
	data, err := cache.small(ctx, "nix-cache-info", maxCacheInfo)
	if errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("cache %s: not a binary cache: it has no file nix-cache-info", url)
	}
	if err != nil {
		return nil, fmt.Errorf("cache %s: %w", url, err)
	}
	dir, err := parseCacheInfo(data)
	if err != nil {
		return nil, fmt.Errorf("cache %s: nix-cache-info: %w", url, err)
	}
	if dir != "" && dir != storeDir {
		return nil, fmt.Errorf("cache %s has objects of the store directory %q, want %q", url, dir, storeDir)
	}
	return cache, nil
}

// parseCacheInfo gives the store directory that a nix-cache-info names, or "".
func parseCacheInfo(data []byte) (storeDir string, err error) {
	for i, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		key, value, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "<") {
			return "", fmt.Errorf("line %d is not KEY: VALUE: this is not a binary cache", i+1)
		}
		if key == "StoreDir" {
			storeDir = strings.TrimSpace(value)
		}
	}
	return storeDir, nil
}

// URL is the cache's URL.
func (c *Cache) URL() string { return c.url }

// NARInfo reads what the cache says of an object. An object that the cache does
// not have is ErrNotFound; a description of another object is an error.
func (c *Cache) NARInfo(ctx context.Context, path store.Path) (*narinfo.NARInfo, error) {
	name := path.HashPart() + ".narinfo"
	data, err := c.small(ctx, name, narinfo.MaxSize)
	if err != nil {
		return nil, err
	}
	info, err := narinfo.Parse(c.storeDir, data)
	if err != nil {
		return nil, fmt.Errorf("%s/%s: %w", c.url, name, err)
	}
	if info.StorePath != path {
		return nil, fmt.Errorf("%s/%s describes %s, want %s", c.url, name, info.StorePath, path)
	}
	if err := CheckRef(info.URL); err != nil {
		return nil, fmt.Errorf("%s/%s: URL: %w", c.url, name, err)
	}
	return info, nil
}

// NAR reads a NAR file: ref is the URL of a narinfo, relative to the cache or
// absolute.
func (c *Cache) NAR(ctx context.Context, ref string) (io.ReadCloser, error) {
	at, err := c.client.locateIn(c.url, ref)
	if err != nil {
		return nil, err
	}
	return c.client.open(ctx, at)
}

// NARFileSize gives the size of a NAR file, -1 when the cache does not say.
func (c *Cache) NARFileSize(ctx context.Context, ref string) (int64, error) {
	at, err := c.client.locateIn(c.url, ref)
	if err != nil {
		return 0, err
	}
	return c.client.size(ctx, at)
}

// small reads a text file of the cache, which a cache may keep compressed.
func (c *Cache) small(ctx context.Context, name string, limit int64) ([]byte, error) {
	at, err := c.client.locateIn(c.url, name)
	if err != nil {
		return nil, err
	}
	data, err := c.client.read(ctx, at, limit)
	if err != nil || decompress.Detect(data) == decompress.None {
		return data, err
	}
	in, _, err := decompress.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at.name, err)
	}
	defer in.Close()
	data, err = io.ReadAll(io.LimitReader(in, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("more than %d bytes", limit)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at.name, err)
	}
	return data, nil
}
