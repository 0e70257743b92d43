package download

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/registry"
)

const (
	partialName = ".partial"
	lockSuffix  = ".lock"
)

// partial is a layout that is not whole yet.
type partial struct {
	// dir is where it will be, and folder where it is: beside dir, or in it if
	// dir was there before.
	dir, folder string
	inside      bool
	lock        *lock
}

// openPartial begins a layout, or goes on with one that a try before left. Until
// it is closed, nobody else can.
func openPartial(dir string) (*partial, error) {
	p := &partial{dir: filepath.Clean(dir)}
	err := p.open()
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", p.dir, err)
	}
	return p, nil
}

func (p *partial) open() error {
	absolute, err := filepath.Abs(p.dir)
	if err != nil {
		return err
	}
	p.folder = filepath.Join(filepath.Dir(absolute), "."+filepath.Base(absolute)+partialName)
	_, err = os.Stat(p.dir)
	if p.inside = err == nil; p.inside {
		p.folder = filepath.Join(absolute, partialName)
	} else if _, lerr := os.Lstat(p.dir); lerr == nil && errors.Is(err, fs.ErrNotExist) {
		return errors.New("it is a link to what is not there: remove it, or name another")
	}
	if err := p.checkEmpty(); err != nil {
		return err
	}
	p.lock, err = takeLock(p.folder + lockSuffix)
	if errors.Is(err, errLocked) {
		return fmt.Errorf("another pull is at work there, in %s: wait for its end, or name another folder", p.folder)
	}
	if err != nil {
		return outfile.Explain(err, p.folder, 0)
	}
	// Another pull may have ended here in the meantime.
	if err = p.checkEmpty(); err == nil {
		if err = os.Mkdir(p.folder, 0o755); errors.Is(err, fs.ErrExist) {
			err = nil
		}
	}
	if err != nil {
		p.close()
		return outfile.Explain(err, p.folder, 0)
	}
	return nil
}

// checkEmpty fails if there is anything at dir but what a partial has there.
func (p *partial) checkEmpty() error {
	names, err := os.ReadDir(p.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, entry := range names {
		if name := entry.Name(); !p.inside || name != partialName && name != partialName+lockSuffix {
			return fmt.Errorf("the directory is not empty: it has %s: remove it, or name another", name)
		}
	}
	return err
}

// close lets others have the folder.
func (p *partial) close() { p.lock.release() }

// discardEmpty removes the folder if there is nothing in it, and says whether
// there is.
func (p *partial) discardEmpty() (kept bool) {
	// Folders that are not empty are not removed.
	for _, algorithm := range []string{"sha256", "sha512"} {
		_ = os.Remove(filepath.Join(p.folder, "blobs", algorithm))
	}
	_ = os.Remove(filepath.Join(p.folder, "blobs"))
	_ = os.Remove(p.folder)
	// What cannot be read is no use to another try either.
	_ = filepath.WalkDir(p.folder, func(_ string, entry fs.DirEntry, err error) error {
		kept = kept || err == nil && entry.Type().IsRegular()
		return err
	})
	return kept
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
func (p *partial) save(d v1.Descriptor, item *progress.Item, write func(registry.File) error) error {
	place := p.file(d.Digest)
	f, err := create(place)
	if err != nil {
		return fmt.Errorf("write %s: %w", p.dir, outfile.Explain(err, place, d.Size))
	}
	err = write(&counted{File: f, item: item, size: d.Size})
	diskErr := f.Close()
	if diskErr == nil && err == nil {
		diskErr = os.Chmod(f.Name(), 0o644)
	}
	if diskErr == nil && err == nil {
		diskErr = os.Rename(f.Name(), place)
	}
	if err == nil && diskErr != nil {
		err = fmt.Errorf("write %s: %w", p.dir, outfile.Explain(diskErr, place, d.Size))
	}
	if err != nil {
		// One that cannot be removed is removed with the next layout.
		_ = os.Remove(f.Name())
	}
	return err
}

// create makes a temporary file for a blob, and the folders for both.
func create(place string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		return nil, err
	}
	return os.CreateTemp(filepath.Dir(place), "."+filepath.Base(place)+".*")
}

func (p *partial) write(d v1.Descriptor, data []byte) error {
	return p.save(d, nil, func(f registry.File) error {
		_, err := f.Write(data)
		return err
	})
}
