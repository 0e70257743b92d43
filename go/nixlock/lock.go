// Package nixlock is the lock of Nix packages: which store objects a workspace
// takes from binary caches, with all that is needed to fetch each of them and
// to check it. docs/nix-lock.schema.json describes the file.
package nixlock

import (
	"fmt"
	"strings"

	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/store"
)

// Version is the version of the file's format.
const Version = 1

// AnySystem is the system of a package of which no system is known.
const AnySystem = "any"

// Lock is what the file holds.
type Lock struct {
	// Schema says to editors where the format is described; it may be empty.
	Schema string `json:"$schema,omitempty"`
	// Caches are URLs of binary caches: the first that has an object, and can be
	// trusted with it, wins.
	Caches            []string              `json:"caches"`
	Objects           map[store.Path]Object `json:"objects"`
	Packages          map[string]Systems    `json:"packages"`
	StoreDir          string                `json:"store_dir"`
	TrustedPublicKeys []string              `json:"trusted_public_keys"`
	Version           int                   `json:"version"`
}

// Systems are the store paths of a package by system: "x86_64-linux", or
// AnySystem.
type Systems map[string]store.Path

// Object is a store object, and the file of a cache that it is in.
type Object struct {
	Cache          string            `json:"cache"` // one of the lock's caches
	Compression    decompress.Format `json:"compression"`
	ContentAddress string            `json:"content_address,omitempty"`
	FileHash       string            `json:"file_hash"` // SRI
	FileSize       int64             `json:"file_size"`
	NARHash        string            `json:"nar_hash"` // SRI
	NARSize        int64             `json:"nar_size"`
	References     []store.Path      `json:"references"` // sorted; may have the object itself
	Signatures     []string          `json:"signatures,omitempty"`
	URL            string            `json:"url"` // relative to the cache, or absolute
}

// New makes a lock without packages. A slash at the end of a cache's URL is left
// out.
func New(storeDir string, caches, keys []string) *Lock {
	urls := make([]string, len(caches))
	for i, cache := range caches {
		urls[i] = strings.TrimRight(cache, "/")
	}
	return &Lock{
		Caches:            unique(urls),
		Objects:           map[store.Path]Object{},
		Packages:          map[string]Systems{},
		StoreDir:          storeDir,
		TrustedPublicKeys: sorted(keys),
		Version:           Version,
	}
}

// newObject describes what a cache said of an object.
func newObject(cache string, info *narinfo.NARInfo) Object {
	o := Object{
		Cache:          cache,
		Compression:    info.Compression,
		ContentAddress: info.ContentAddress,
		FileHash:       info.FileHash.SRI(),
		FileSize:       info.FileSize,
		NARHash:        info.NARHash.SRI(),
		NARSize:        info.NARSize,
		References:     append([]store.Path{}, info.References...),
		URL:            info.URL,
	}
	for _, s := range info.Signatures {
		o.Signatures = append(o.Signatures, s.String())
	}
	o.Signatures = sorted(o.Signatures)
	return o
}

// narInfo is the inverse of newObject.
func (o Object) narInfo(path store.Path) (*narinfo.NARInfo, error) {
	info := &narinfo.NARInfo{
		StorePath:      path,
		URL:            o.URL,
		Compression:    o.Compression,
		FileSize:       o.FileSize,
		NARSize:        o.NARSize,
		References:     o.References,
		ContentAddress: o.ContentAddress,
	}
	var err error
	if info.FileHash, err = parseSRI(o.FileHash); err != nil {
		return nil, fmt.Errorf("file_hash: %w", err)
	}
	if info.NARHash, err = parseSRI(o.NARHash); err != nil {
		return nil, fmt.Errorf("nar_hash: %w", err)
	}
	for _, text := range o.Signatures {
		s, err := narinfo.ParseSignature(text)
		if err != nil {
			return nil, fmt.Errorf("signatures: %w", err)
		}
		info.Signatures = append(info.Signatures, s)
	}
	return info, nil
}

// parseSRI accepts the one form that the file has.
func parseSRI(text string) (narinfo.Hash, error) {
	h, err := narinfo.ParseHash(text)
	if err == nil && h.SRI() != text {
		err = fmt.Errorf("%q: want %q", text, h.SRI())
	}
	return h, err
}

func (l *Lock) keys() ([]narinfo.PublicKey, error) {
	keys := make([]narinfo.PublicKey, len(l.TrustedPublicKeys))
	for i, text := range l.TrustedPublicKeys {
		var err error
		if keys[i], err = narinfo.ParsePublicKey(text); err != nil {
			return nil, fmt.Errorf("trusted_public_keys: %w", err)
		}
	}
	return keys, nil
}
