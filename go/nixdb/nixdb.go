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
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	hash, ok := strings.CutPrefix(info.NARHash, "sha256:")
	if !ok {
		return Registration{}, fmt.Errorf("nixdb: %s: NAR hash %q: want one of sha256", info.Path, info.NARHash)
	}
	sum, err := parseHash(hash)
	if err != nil {
		return Registration{}, fmt.Errorf("nixdb: %s: NAR hash %q: %w", info.Path, info.NARHash, err)
	}
	return Registration{Path: info.Path, NARHash: sum, NARSize: info.NARSize, References: references}, nil
}

// parseHash reads a SHA-256 in Nix's base32 or in base16.
func parseHash(s string) (sum [32]byte, err error) {
	switch len(s) {
	case hex.EncodedLen(len(sum)):
		_, err := hex.Decode(sum[:], []byte(s))
		return sum, err
	case (len(sum)*8 + 4) / 5:
	default:
		return sum, errors.New("want 52 characters of base32 or 64 of base16")
	}
	for i := range len(s) {
		digit := strings.IndexByte(store.Base32Alphabet, s[len(s)-1-i])
		if digit < 0 {
			return sum, fmt.Errorf("%q is no character of Nix's base32", s[len(s)-1-i])
		}
		bit := i * 5
		at, shift := bit/8, bit%8
		sum[at] |= byte(digit << shift)
		high := byte(digit >> (8 - shift))
		if at+1 < len(sum) {
			sum[at+1] |= high
		} else if high != 0 {
			return sum, errors.New("larger than 256 bits")
		}
	}
	return sum, nil
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
