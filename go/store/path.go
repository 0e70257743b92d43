// Package store names store objects: immutable trees that live at an absolute
// store path, /nix/store/<32 base32 characters>-<name> unless another store
// directory is chosen.
//
// It follows the Nix manual, section "Store path".
package store

import (
	"fmt"
	"strings"
)

// DefaultDir is the store directory used when none is given.
const DefaultDir = "/nix/store"

// Base32Alphabet holds the 32 characters of Nix's base32, in the order of
// their values.
const Base32Alphabet = "0123456789abcdfghijklmnpqrsvwxyz"

// HashLen is the number of base32 characters before the first dash.
const HashLen = 32

// maxNameLen is Nix's limit for the part after the hash, in bytes.
const maxNameLen = 211

// Path is the absolute path of a store object, for instance
// "/nix/store/q8qq0c2mzh1b39dpgzjgcv9gs1xvxjvh-hello-2.12".
type Path string

// ParsePath checks that s is a store path directly below the store directory
// dir and returns it.
func ParsePath(dir, s string) (Path, error) {
	rest, ok := strings.CutPrefix(s, dir+"/")
	if !ok {
		return "", fmt.Errorf("%q is not in the store directory %s", s, dir)
	}
	if err := checkBase(rest); err != nil {
		return "", fmt.Errorf("%q is not a store path: %w", s, err)
	}
	return Path(s), nil
}

// ParseAnyPath checks that s is a store path below any absolute store
// directory and returns it.
func ParseAnyPath(s string) (Path, error) {
	i := strings.LastIndexByte(s, '/')
	if i <= 0 || s[0] != '/' {
		return "", fmt.Errorf("%q is not a store path: it is not below an absolute store directory", s)
	}
	return ParsePath(s[:i], s)
}

func checkBase(base string) error {
	if len(base) < HashLen+2 || base[HashLen] != '-' {
		return fmt.Errorf("want <%d base32 characters>-<name>", HashLen)
	}
	for i := range HashLen {
		if strings.IndexByte(Base32Alphabet, base[i]) < 0 {
			return fmt.Errorf("%q is not a character of Nix's base32", base[i])
		}
	}
	name := base[HashLen+1:]
	if len(name) > maxNameLen {
		return fmt.Errorf("the name has %d bytes, at most %d are allowed", len(name), maxNameLen)
	}
	if name[0] == '.' {
		return fmt.Errorf("the name %q begins with a dot", name)
	}
	for i := range len(name) {
		if !IsNameByte(name[i]) {
			return fmt.Errorf("%q is not allowed in the name: use letters, digits and +-._?=", name[i])
		}
	}
	return nil
}

// IsNameByte says whether c may stand in the name of a store path.
func IsNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		strings.IndexByte("+-._?=", c) >= 0
}

// Dir is the store directory, "/nix/store".
func (p Path) Dir() string { return string(p[:strings.LastIndexByte(string(p), '/')]) }

// Base is the last component, "<hash>-<name>".
func (p Path) Base() string { return string(p[strings.LastIndexByte(string(p), '/')+1:]) }

// HashPart is the 32 base32 characters before the first dash of Base.
func (p Path) HashPart() string { return p.Base()[:HashLen] }

// Name is what follows the hash, "hello-2.12".
func (p Path) Name() string { return p.Base()[HashLen+1:] }

// IsPlaceholder says whether a hash part is one letter repeated, which is what
// Nix puts where a reference was removed.
func IsPlaceholder(hash string) bool {
	return strings.Count(hash, hash[:1]) == len(hash)
}
