// Package nixdb writes the database in which Nix keeps what it knows of store
// objects, so that Nix works in an image that was made without it: what
// nix-store --load-db leaves behind of a closure, with schema 10 of Nix
// (local-store.hh, schema.sql), and with the gcroots that dockerTools'
// includeNixDB adds.
//
// The bytes depend on the registrations alone: one version of SQLite writes
// them with one connection, in one order.
package nixdb

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// SchemaVersion is what the file nix/var/nix/db/schema says.
const SchemaVersion = "10"

// BuildEpoch is the registration time of all objects, in seconds since 1970:
// nixpkgs' SOURCE_DATE_EPOCH, which dockerTools sets.
const BuildEpoch = 315532800

// Registration is what the database says of one object.
type Registration struct {
	Path store.Path
	// NARHash is the SHA-256 of the object as a NAR.
	NARHash [32]byte
	// NARSize is the number of bytes of that NAR.
	NARSize int64
	// References are the store paths that the object mentions, perhaps its
	// own. All must be registered too.
	References []store.Path
}

// FromInfo makes the registration of an object of which info.json is known.
func FromInfo(info object.Info, references []store.Path) (Registration, error) {
	hash, err := narinfo.ParseHash(info.NARHash)
	if err != nil {
		return Registration{}, fmt.Errorf("nixdb: %s: NAR %w", info.Path, err)
	}
	return Registration{Path: info.Path, NARHash: hash, NARSize: info.NARSize, References: references}, nil
}

// inOrder checks registrations and sorts them as Nix does, by the last
// component of the path.
func inOrder(registrations []Registration) ([]Registration, error) {
	sorted := slices.Clone(registrations)
	slices.SortFunc(sorted, func(a, b Registration) int {
		return cmp.Or(cmp.Compare(a.Path.Base(), b.Path.Base()), cmp.Compare(a.Path, b.Path))
	})
	known := map[store.Path]bool{}
	for _, r := range sorted {
		if known[r.Path] {
			return nil, fmt.Errorf("nixdb: %s is registered twice", r.Path)
		}
		known[r.Path] = true
		if r.NARSize <= 0 {
			return nil, fmt.Errorf("nixdb: %s has a NAR of %d bytes", r.Path, r.NARSize)
		}
	}
	for i, r := range sorted {
		references := slices.Clone(r.References)
		slices.Sort(references)
		references = slices.Compact(references)
		sorted[i].References = references
		for _, reference := range references {
			if !known[reference] {
				return nil, fmt.Errorf("nixdb: %s refers to %s, which is not registered: register the whole closure", r.Path, reference)
			}
		}
	}
	return sorted, nil
}
