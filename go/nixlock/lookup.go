package nixlock

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/nixcache"
	"github.com/rules-strata/rules_strata/go/store"
)

// lookup finds objects in caches.
type lookup struct {
	caches []*nixcache.Cache
	keys   []narinfo.PublicKey
}

// lookup opens the lock's caches.
func (r *Resolver) lookup(ctx context.Context, l *Lock) (*lookup, error) {
	keys, err := l.keys()
	if err != nil {
		return nil, err
	}
	caches := make([]*nixcache.Cache, len(l.Caches))
	for i, url := range l.Caches {
		if caches[i], err = r.Client.Cache(ctx, url, l.StoreDir); err != nil {
			return nil, err
		}
	}
	return &lookup{caches, keys}, nil
}

// errMissing says that no cache has an object.
var errMissing = errors.New("in no cache")

// object looks for an object: the first cache that has it wins.
func (l *lookup) object(ctx context.Context, p store.Path) found {
	for _, cache := range l.caches {
		info, err := cache.NARInfo(ctx, p)
		if errors.Is(err, nixcache.ErrNotFound) {
			continue
		}
		if err != nil {
			return found{path: p, err: fmt.Errorf("%s: %w", p, err)}
		}
		if err := l.trust(ctx, cache, info); err != nil {
			return found{path: p, err: err}
		}
		return found{path: p, object: newObject(cache.URL(), info), system: info.System}
	}
	return found{path: p, err: errMissing}
}

// trust refuses what is not signed by a trusted key, unless its store path is
// made from its content. When the narinfo alone does not show that, or does not
// say what the NAR file is, the file is read once.
func (l *lookup) trust(ctx context.Context, cache *nixcache.Cache, info *narinfo.NARInfo) error {
	check, err := info.Trust(l.keys)
	if err != nil {
		return &refused{fmt.Errorf("cache %s: %w", cache.URL(), err)}
	}
	if info.Compression == decompress.None {
		// The file is the NAR.
		if info.FileHash.IsZero() {
			info.FileHash = info.NARHash
		}
		if info.FileSize < 0 {
			info.FileSize = info.NARSize
		}
	}
	signed := check == nil ||
		narinfo.Verify(info.StorePath, info.NARHash, info.NARSize, info.References, info.Signatures, l.keys) == nil
	if signed && !info.FileHash.IsZero() && info.FileSize >= 0 {
		return nil
	}
	return l.download(ctx, cache, info)
}

// download reads a NAR file, checks that it is the object, and notes its hash
// and size.
func (l *lookup) download(ctx context.Context, cache *nixcache.Cache, info *narinfo.NARInfo) error {
	in, err := cache.NAR(ctx, info.URL)
	if errors.Is(err, nixcache.ErrNotFound) {
		return &refused{fmt.Errorf("cache %s: %s: it does not have the file %s that its narinfo names", cache.URL(), info.StorePath, info.URL)}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", info.StorePath, err)
	}
	defer in.Close()
	sum, size, err := importFile(io.Discard, in, info, l.keys)
	if err != nil {
		return fmt.Errorf("cache %s: file %s: %w", cache.URL(), info.URL, err)
	}
	info.FileHash, info.FileSize = sum, size
	return nil
}
