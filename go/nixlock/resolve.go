package nixlock

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/rules-strata/rules_strata/go/nixcache"
	"github.com/rules-strata/rules_strata/go/store"
)

// parallel is how many objects are looked up at a time.
const parallel = 16

// Package is a package to take into a lock.
type Package struct {
	Name   string // "": the store path's name without its version
	System string // "": those that it has in the lock, the one that the cache names, or AnySystem
	Path   store.Path
}

// Resolver takes packages into locks.
type Resolver struct {
	Client *nixcache.Client
	// Progress is called now and then, from one goroutine; it may be nil.
	Progress func(Progress)
}

// Progress says how far the work is.
type Progress struct {
	Done  int        // objects
	Known int        // objects, of which more may become known
	Path  store.Path // the last object
}

func (r *Resolver) progress(p Progress) {
	if r.Progress != nil {
		r.Progress(p)
	}
}

// Add takes packages, and all that they refer to, into the lock: objects that it
// does not have yet are looked up in its caches. A package of the same name and
// system is replaced. When there is an error the lock stays as it was.
func (r *Resolver) Add(ctx context.Context, l *Lock, packages []Package) error {
	next := l.clone()
	if err := next.checkSettings(); err != nil {
		return err
	}
	var roots []store.Path
	ask := map[store.Path]bool{}
	for _, p := range packages {
		if _, err := store.ParsePath(l.StoreDir, string(p.Path)); err != nil {
			return err
		}
		roots = append(roots, p.Path)
		if p.System == "" && len(l.systems(p)) == 0 {
			ask[p.Path] = true
		}
	}
	named, err := r.walk(ctx, next, roots, ask)
	if err != nil {
		return err
	}
	// Chosen names come first: other packages make way for them.
	for _, chosen := range []bool{true, false} {
		for _, p := range packages {
			if chosen != (p.Name != "") {
				continue
			}
			systems, err := l.chooseSystems(p, named[p.Path])
			if err != nil {
				return err
			}
			for _, system := range systems {
				if err := next.setPackage(Package{p.Name, system, p.Path}); err != nil {
					return err
				}
			}
		}
	}
	next.prune()
	if err := errors.Join(next.check(), next.Verify()); err != nil {
		return err
	}
	*l = *next
	return nil
}

// chooseSystems gives the systems to take a package in for: the one that was
// given, those that it has in the lock, or the one that its cache named.
func (l *Lock) chooseSystems(p Package, named string) ([]string, error) {
	if p.System != "" {
		return []string{p.System}, nil
	}
	if systems := l.systems(p); len(systems) > 0 {
		return systems, nil
	}
	system, err := NamedSystem(named)
	if err != nil {
		return nil, fmt.Errorf("%s: system in the cache: %w", p.Path, err)
	}
	return []string{cmp.Or(system, AnySystem)}, nil
}

// Update looks up every object anew and leaves out what no package needs.
func (r *Resolver) Update(ctx context.Context, l *Lock) error {
	next := New(l.StoreDir, l.Caches, l.TrustedPublicKeys)
	next.Schema = l.Schema
	var packages []Package
	for _, name := range slices.Sorted(maps.Keys(l.Packages)) {
		for _, system := range slices.Sorted(maps.Keys(l.Packages[name])) {
			packages = append(packages, Package{name, system, l.Packages[name][system]})
		}
	}
	if err := r.Add(ctx, next, packages); err != nil {
		return err
	}
	*l = *next
	return nil
}

func (l *Lock) clone() *Lock {
	c := New(l.StoreDir, l.Caches, l.TrustedPublicKeys)
	c.Schema = l.Schema
	maps.Copy(c.Objects, l.Objects)
	for name, systems := range l.Packages {
		c.Packages[name] = maps.Clone(systems)
	}
	return c
}
