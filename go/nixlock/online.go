package nixlock

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/nixcache"
	"github.com/rules-strata/rules_strata/go/store"
)

// Compare checks that the caches still have what the lock says of them: every
// object as it is there, and its file.
func (r *Resolver) Compare(ctx context.Context, l *Lock) error {
	lookup, err := r.lookup(ctx, l)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	paths := slices.Sorted(maps.Keys(l.Objects))
	results := make(chan found)
	var problems problems
	var fatal error
	next, running := 0, 0
	for {
		for ; next < len(paths) && running < parallel && fatal == nil; next++ {
			p := paths[next]
			running++
			go func() { results <- found{path: p, err: lookup.compare(ctx, p, l.Objects[p])} }()
		}
		if running == 0 {
			break
		}
		f := <-results
		running--
		if errors.As(f.err, new(*refused)) {
			problems.add(f.path, f.err)
		} else if f.err != nil && fatal == nil {
			fatal = f.err
			cancel()
		}
		r.progress(Progress{Done: next - running, Known: len(paths), Path: f.path})
	}
	if fatal != nil {
		return fatal
	}
	return problems.err()
}

// compare compares an object with what its cache has.
func (l *lookup) compare(ctx context.Context, p store.Path, o Object) error {
	cache := l.cache(o)
	differs := func(format string, args ...any) error {
		return &refused{fmt.Errorf("cache %s: %s: %w: run nix_lock update", o.Cache, p, fmt.Errorf(format, args...))}
	}
	info, err := cache.NARInfo(ctx, p)
	if errors.Is(err, nixcache.ErrNotFound) {
		return differs("it does not have this object any more")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p, err)
	}
	if field := difference(o, info); field != "" {
		return differs("its %s is not the one in the lock", field)
	}
	size, err := cache.NARFileSize(ctx, o.URL)
	if errors.Is(err, nixcache.ErrNotFound) {
		return differs("it does not have the file %s any more", o.URL)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p, err)
	}
	if size >= 0 && size != o.FileSize {
		return differs("the file %s has %d bytes, want %d", o.URL, size, o.FileSize)
	}
	return nil
}

// difference names a field in which a cache's description of an object is not
// the one that is locked. What the cache does not say, and signatures, which
// come and go, make no difference.
func difference(locked Object, info *narinfo.NARInfo) string {
	now := newObject(locked.Cache, info)
	switch {
	case locked.NARHash != now.NARHash:
		return "nar_hash"
	case locked.NARSize != now.NARSize:
		return "nar_size"
	case !slices.Equal(locked.References, now.References):
		return "references"
	case locked.ContentAddress != now.ContentAddress:
		return "content_address"
	case locked.URL != now.URL:
		return "url"
	case locked.Compression != now.Compression:
		return "compression"
	case !info.FileHash.IsZero() && locked.FileHash != now.FileHash:
		return "file_hash"
	case info.FileSize >= 0 && locked.FileSize != now.FileSize:
		return "file_size"
	}
	return ""
}
