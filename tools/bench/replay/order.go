package replay

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
)

// KeptOrder adds one package to each application as it is now, several times
// another one, and returns the share of the other layers' bytes that are where
// they were: in a layer of the same bytes, as many layers above the bottom.
// The other layers are those that do not hold the new package.
func KeptOrder(snapshots []Snapshot, o Options, additions int) (float64, error) {
	var kept, total int64
	for _, s := range snapshots {
		before, err := o.image(s.Now)
		if err != nil {
			return 0, err
		}
		for _, added := range s.Now.additions(additions) {
			application := s.Now.with(added)
			now, err := o.image(application)
			if err != nil {
				return 0, fmt.Errorf("with %s: %w", added, err)
			}
			path := application.objects(o.Model).path[added]
			for i, l := range now {
				if slices.Contains(l.paths, path) {
					continue
				}
				total += l.size
				if i < len(before) && before[i].digest == l.digest {
					kept += l.size
				}
			}
		}
	}
	if total == 0 {
		return 0, errors.New("no package could be added to any application")
	}
	return share(kept, total), nil
}

// additions are packages outside of the application of which all that they
// need is inside, so that each adds one object: those whose hashes with the
// application's name are lowest.
func (a *Application) additions(n int) []string {
	type candidate struct {
		name string
		hash [sha256.Size]byte
	}
	var candidates []candidate
	for name := range a.index.packages {
		if a.needs[name] == nil && a.holds(a.index.needs[name]) {
			candidates = append(candidates, candidate{name, sha256.Sum256([]byte(a.name + " " + name))})
		}
	}
	slices.SortFunc(candidates, func(x, y candidate) int { return bytes.Compare(x.hash[:], y.hash[:]) })
	var found []string
	for _, c := range candidates[:min(n, len(candidates))] {
		found = append(found, c.name)
	}
	return found
}

// holds says whether all of some packages are in the application.
func (a *Application) holds(names []string) bool {
	for _, name := range names {
		if a.needs[name] == nil || name == a.name {
			return false
		}
	}
	return true
}
