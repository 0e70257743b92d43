package imagefile

import "github.com/rules-strata/rules_strata/go/store"

// Provenance says what a store object comes from.
type Provenance struct {
	// Label is that of the Bazel target which declares the object.
	Label string
	// Origin names what is built together, and so changes together: an external
	// repository, a folder, or the derivation of a Nix package.
	Origin string
}

// Provenance says what an object comes from; its fields are empty as far as
// that is not known.
func (i *Image) Provenance(path store.Path) Provenance {
	if s, ok := i.Objects.(*sources); ok {
		return s.provenance[path]
	}
	return Provenance{}
}
