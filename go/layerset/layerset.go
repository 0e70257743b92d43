// Package layerset says which of an image's layers an engine has, so that they
// need not be sent.
package layerset

import (
	"maps"
	"regexp"

	"github.com/rules-strata/rules_strata/go/archive"
)

// Set is a set of layers, by diff ID. A layer that an image has twice is one.
type Set map[string]bool

// Of are these layers.
func Of(layers []archive.Layer) Set {
	s := make(Set, len(layers))
	for _, l := range layers {
		s[l.DiffID] = true
	}
	return s
}

// Common are those of the layers that are among diffIDs.
func Common(layers []archive.Layer, diffIDs []string) Set {
	theirs := make(map[string]bool, len(diffIDs))
	for _, diffID := range diffIDs {
		theirs[diffID] = true
	}
	s := Set{}
	for _, l := range layers {
		if theirs[l.DiffID] {
			s[l.DiffID] = true
		}
	}
	return s
}

// Below are the layers below number n, those alone: one that is above them, too,
// is not among them. Stores that know a layer together with all below it need
// not have it at both places.
func Below(layers []archive.Layer, n int) Set {
	s := Of(layers[:n])
	for _, l := range layers[n:] {
		delete(s, l.DiffID)
	}
	return s
}

// Add adds the layers of another set.
func (s Set) Add(other Set) { maps.Copy(s, other) }

// Rest are those of the layers that are not in the set: how many they are, and
// how many bytes.
func (s Set) Rest(layers []archive.Layer) (n int, bytes int64) {
	seen := Set{}
	for _, l := range layers {
		if !s[l.DiffID] && !seen[l.DiffID] {
			seen[l.DiffID] = true
			n++
			bytes += l.Size
		}
	}
	return n, bytes
}

var hexDigest = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// LowestNamed is the number of the lowest of the layers that is in the set and
// whose diff ID a message has, as those of engines do that lack a layer.
func (s Set) LowestNamed(layers []archive.Layer, message string) (layer int, ok bool) {
	named := Set{}
	for _, digits := range hexDigest.FindAllString(message, -1) {
		named["sha256:"+digits] = true
	}
	for i, l := range layers {
		if named[l.DiffID] && s[l.DiffID] {
			return i, true
		}
	}
	return 0, false
}
