package download

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/reference"
	"github.com/rules-strata/rules_strata/go/registry"
)

// partial is a layout that is not whole yet.
type partial struct {
	// dir is where it will be, and folder where it is.
	dir, folder string
}

// openPartial begins a layout, or goes on with one that a try before left.
func openPartial(dir string) (*partial, error) {
	dir = filepath.Clean(dir)
	switch names, err := os.ReadDir(dir); {
	case err == nil && len(names) > 0:
		return nil, fmt.Errorf("write %s: the directory is not empty: it has %s: remove it, or name another", dir, names[0].Name())
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("write %s: %w", dir, err)
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	p := &partial{dir: dir, folder: filepath.Join(filepath.Dir(absolute), "."+filepath.Base(absolute)+".partial")}
	if err := os.Mkdir(p.folder, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("write %s: %w", dir, err)
	}
	return p, nil
}

// discardEmpty removes the folder if there is nothing in it, and says whether
// there is.
func (p *partial) discardEmpty() (kept bool) {
	// Folders that are not empty are not removed.
	for _, algorithm := range []string{"sha256", "sha512"} {
		_ = os.Remove(filepath.Join(p.folder, "blobs", algorithm))
	}
	_ = os.Remove(filepath.Join(p.folder, "blobs"))
	return os.Remove(p.folder) != nil
}

func (p *partial) file(digest v1.Hash) string {
	return filepath.Join(p.folder, "blobs", digest.Algorithm, digest.Hex)
}

// has says whether a blob is there already. One whose bytes are not what its
// name says is removed.
func (p *partial) has(ctx context.Context, d v1.Descriptor) (bool, error) {
	f, err := os.Open(p.file(d.Digest))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	hash, err := v1.Hasher(d.Digest.Algorithm)
	if err != nil {
		return false, err
	}
	if _, err := io.Copy(hash, reader{ctx, f}); err != nil {
		return false, fmt.Errorf("read %s: %w", f.Name(), err)
	}
	if hex.EncodeToString(hash.Sum(nil)) == d.Digest.Hex {
		return true, nil
	}
	return false, os.Remove(f.Name())
}

// reader ends with its context.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// save makes a blob of what a function writes, which has checked it.
func (p *partial) save(digest v1.Hash, item *progress.Item, write func(registry.File) error) error {
	place := p.file(digest)
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", p.dir, err)
	}
	f, err := os.CreateTemp(filepath.Dir(place), "."+digest.Hex+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", p.dir, err)
	}
	err = write(&counted{File: f, item: item})
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), place)
	}
	if err != nil {
		// One that cannot be removed is removed with the next layout.
		_ = os.Remove(f.Name())
	}
	return err
}

func (p *partial) write(digest v1.Hash, data []byte) error {
	return p.save(digest, nil, func(f registry.File) error {
		_, err := f.Write(data)
		return err
	})
}

// counted is a file that says how much is in it.
type counted struct {
	*os.File
	item *progress.Item
	n    int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.File.Write(p)
	c.add(int64(n))
	return n, err
}

// ReadFrom would copy past Write.
func (c *counted) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{c}, r)
}

// Truncate takes back what was written: it is fetched again.
func (c *counted) Truncate(size int64) error {
	c.add(size - c.n)
	return c.File.Truncate(size)
}

func (c *counted) add(n int64) {
	c.n += n
	if c.item != nil {
		c.item.Add(n)
	}
}

// commit removes all but the files that belong to the layout, writes what
// describes them, and puts it in its place.
func (p *partial) commit(top v1.Descriptor, digests map[v1.Hash]bool) error {
	err := filepath.WalkDir(p.folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if digest := (v1.Hash{Algorithm: filepath.Base(filepath.Dir(path)), Hex: entry.Name()}); digests[digest] && p.file(digest) == path {
			return nil
		}
		return os.Remove(path)
	})
	if err == nil {
		err = p.describe(top)
	}
	if err == nil {
		// A directory is not renamed over another, even if that is empty.
		if err = os.Remove(p.dir); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	if err == nil {
		err = os.Rename(p.folder, p.dir)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", p.dir, err)
	}
	return nil
}

func (p *partial) describe(top v1.Descriptor) error {
	for file, content := range map[string]any{
		"index.json": v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{top}},
		"oci-layout": map[string]string{"imageLayoutVersion": "1.0.0"},
	} {
		data, err := json.Marshal(content)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(p.folder, file), append(data, '\n'), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// annotations name the image, as Docker, containerd and skopeo read them. What
// is named by its digest has no name.
func annotations(ref name.Reference) (map[string]string, error) {
	tag, ok := ref.(name.Tag)
	if !ok {
		return nil, nil
	}
	full, err := reference.Parse(tag.Name())
	if err != nil {
		return nil, err
	}
	return map[string]string{"io.containerd.image.name": full.Full(), "org.opencontainers.image.ref.name": tag.TagStr()}, nil
}
