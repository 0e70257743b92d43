package nixlock

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

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

// object looks for an object: the first cache wins that has it and can be
// trusted with it. One whose narinfo does not show that, because no trusted key
// signed it or because a signature or content address is wrong, is passed over;
// that is an error when no other cache is left. An answer that is not a narinfo
// of the object, and a file that is not its NAR, are errors at once.
func (l *lookup) object(ctx context.Context, p store.Path) found {
	var untrusted, absent []error
	for _, cache := range l.caches {
		info, err := cache.NARInfo(ctx, p)
		if errors.Is(err, nixcache.ErrNotFound) {
			absent = append(absent, fmt.Errorf("cache %s: it does not have %s", cache.URL(), p))
			continue
		}
		if err != nil {
			return found{path: p, err: fmt.Errorf("%s: %w", p, err)}
		}
		check, err := info.Trust(l.keys)
		if err != nil {
			untrusted = append(untrusted, fmt.Errorf("cache %s: %w", cache.URL(), err))
			continue
		}
		if err := l.complete(ctx, cache, info, check); err != nil {
			return found{path: p, err: err}
		}
		return found{path: p, object: newObject(cache.URL(), info), system: info.System}
	}
	if len(untrusted) > 0 {
		return found{path: p, err: &refused{errors.Join(append(untrusted, absent...)...)}}
	}
	return found{path: p, err: errMissing}
}

// system asks the cache of an object that is in the lock for the object's
// system; the object stays as it is.
func (l *lookup) system(ctx context.Context, p store.Path, o Object) found {
	const remedy = "so that its system is not known: give it with --system"
	info, err := l.cache(o).NARInfo(ctx, p)
	switch {
	case errors.Is(err, nixcache.ErrNotFound):
		return found{path: p, err: &refused{fmt.Errorf("cache %s: %s: it does not have this object any more, %s", o.Cache, p, remedy)}}
	case err != nil:
		return found{path: p, err: fmt.Errorf("%s: %w", p, err)}
	case info.NARHash.SRI() != o.NARHash:
		return found{path: p, err: &refused{fmt.Errorf("cache %s: %s: its nar_hash is not the one in the lock, %s", o.Cache, p, remedy)}}
	}
	return found{path: p, object: o, system: info.System}
}

// cache is the one that an object of the lock is in.
func (l *lookup) cache(o Object) *nixcache.Cache {
	return l.caches[slices.IndexFunc(l.caches, func(c *nixcache.Cache) bool { return c.URL() == o.Cache })]
}

// complete reads the NAR file of a narinfo once when the narinfo does not say
// what the file is, or when only the NAR can show that the object is trusted.
func (l *lookup) complete(ctx context.Context, cache *nixcache.Cache, info *narinfo.NARInfo, check *narinfo.ContentCheck) error {
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
