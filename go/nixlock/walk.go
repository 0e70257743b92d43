package nixlock

import (
	"context"
	"errors"
	"slices"

	"github.com/rules-strata/rules_strata/go/store"
)

// refused is an error that is about one object: others are still worth looking
// at.
type refused struct{ error }

func (r *refused) Unwrap() error { return r.error }

// found is what was found out of one object.
type found struct {
	path   store.Path
	object Object
	system string
	err    error
}

// walk is the way from roots along references.
type walk struct {
	lock     *Lock
	ask      map[store.Path]bool   // objects of the lock whose systems are asked for
	systems  map[store.Path]string // that the caches named
	seen     map[store.Path]bool
	queue    []store.Path
	missing  []store.Path
	problems problems
	fatal    error // ends the walk
}

// walk looks up the objects that the roots need and the lock does not have, and
// puts them into it. It gives the systems that the caches named: of these
// objects, and of those to ask for, which the lock may have.
func (r *Resolver) walk(ctx context.Context, l *Lock, roots []store.Path, ask map[store.Path]bool) (map[store.Path]string, error) {
	lookup, err := r.lookup(ctx, l)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &walk{lock: l, ask: ask, systems: map[store.Path]string{}, seen: map[store.Path]bool{}}
	w.push(roots)
	results := make(chan found)
	running := 0
	for {
		for p, ok := w.next(); ok && running < parallel; p, ok = w.next() {
			w.queue = w.queue[1:]
			running++
			o, locked := l.Objects[p]
			go func() {
				if locked {
					results <- lookup.system(ctx, p, o)
				} else {
					results <- lookup.object(ctx, p)
				}
			}()
		}
		if running == 0 {
			return w.systems, w.err(roots)
		}
		f := <-results
		running--
		if w.take(f); w.fatal != nil {
			cancel()
		}
		r.progress(Progress{Done: len(w.seen) - len(w.queue) - running, Known: len(w.seen), Path: f.path})
	}
}

func (w *walk) push(paths []store.Path) {
	for _, p := range paths {
		if !w.seen[p] {
			w.seen[p] = true
			w.queue = append(w.queue, p)
		}
	}
}

// next gives the first object of the queue that is to be looked up.
func (w *walk) next() (store.Path, bool) {
	for len(w.queue) > 0 && w.fatal == nil {
		o, ok := w.lock.Objects[w.queue[0]]
		if !ok || w.ask[w.queue[0]] {
			return w.queue[0], true
		}
		w.queue = w.queue[1:]
		w.push(o.References)
	}
	return "", false
}

func (w *walk) take(f found) {
	switch {
	case f.err == nil:
		w.lock.Objects[f.path] = f.object
		w.systems[f.path] = f.system
		w.push(f.object.References)
	case f.err == errMissing:
		w.missing = append(w.missing, f.path)
	case errors.As(f.err, new(*refused)):
		w.problems.add(f.path, f.err)
	case w.fatal == nil:
		w.fatal = f.err
	}
}

func (w *walk) err(roots []store.Path) error {
	if w.fatal != nil {
		return w.fatal
	}
	slices.Sort(w.missing)
	for _, p := range w.missing {
		w.problems.add(p, w.lock.missing(p, roots))
	}
	return w.problems.err()
}
