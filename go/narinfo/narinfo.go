// Package narinfo reads what a Nix binary cache says of one store object, its
// narinfo, and decides whether it can be believed: by a signature of a trusted
// key, or because the store path was made from the content.
//
// It follows the chapters "Store object info", "Store path" and "Content
// address" of the Nix manual; the fingerprint that is signed is the one of
// ValidPathInfo in Nix's sources.
package narinfo

import (
	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/store"
)

// NARInfo is what a binary cache says of one store object.
type NARInfo struct {
	StorePath store.Path
	// URL of the compressed NAR, relative to the cache or absolute.
	URL         string
	Compression decompress.Format
	// FileHash and FileSize are those of the compressed NAR; zero and -1 when
	// the cache does not say.
	FileHash Hash
	FileSize int64
	NARHash  Hash
	NARSize  int64
	// References are sorted, and may have the object itself among them.
	References []store.Path
	Signatures []Signature
	// ContentAddress says how the store path was made from the content, as
	// VerifyContentAddress reads it; "" for most objects.
	ContentAddress string
	// Deriver is the base name of the derivation, System its system; "" when
	// the cache does not say.
	Deriver, System string
}
