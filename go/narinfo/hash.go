package narinfo

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/rules-strata/rules_strata/go/store"
)

// Hash is a SHA-256.
type Hash [sha256.Size]byte

// ParseHash reads a SHA-256 in one of the forms in which Nix writes it:
// "sha256:" and base32, base16 or base64, or SRI, "sha256-" and base64.
func ParseHash(s string) (Hash, error) {
	var h Hash
	i := strings.IndexAny(s, ":-")
	if i < 0 {
		return h, fmt.Errorf("hash %q: want sha256:<base32> or sha256-<base64>", s)
	}
	if algorithm := s[:i]; algorithm != "sha256" {
		return h, fmt.Errorf("hash %q: the algorithm %q is not supported: want sha256", s, algorithm)
	}
	digest, err := parseDigest(s[i+1:], len(h), s[i] == '-')
	if err != nil {
		return h, fmt.Errorf("hash %q: %w", s, err)
	}
	copy(h[:], digest)
	return h, nil
}

// SRI is the hash as "sha256-<base64>".
func (h Hash) SRI() string { return "sha256-" + base64.StdEncoding.EncodeToString(h[:]) }

// Nix is the hash as "sha256:<base32>".
func (h Hash) Nix() string { return "sha256:" + store.Base32(h[:]) }

// Hex is the hash in base16, without the name of the algorithm.
func (h Hash) Hex() string { return hex.EncodeToString(h[:]) }

// IsZero says whether the hash is the one that stands for none.
func (h Hash) IsZero() bool { return h == Hash{} }

// parseDigest reads n bytes in the encoding that the length of s tells.
func parseDigest(s string, n int, onlyBase64 bool) ([]byte, error) {
	switch {
	case len(s) == base64.StdEncoding.EncodedLen(n):
		digest, err := decodeBase64(s)
		if err == nil && len(digest) != n {
			err = fmt.Errorf("%d characters of base64 for %d bytes, want %d", len(s), len(digest), n)
		}
		return digest, err
	case onlyBase64:
		return nil, fmt.Errorf("want %d characters of base64, got %d", base64.StdEncoding.EncodedLen(n), len(s))
	case len(s) == hex.EncodedLen(n):
		return hex.DecodeString(s)
	case len(s) == base32Len(n):
		return decodeBase32(s, n)
	}
	return nil, fmt.Errorf("want %d characters of base32, %d of base16 or %d of base64, got %d",
		base32Len(n), hex.EncodedLen(n), base64.StdEncoding.EncodedLen(n), len(s))
}

// decodeBase64 is strict; the standard library's passes over line ends.
func decodeBase64(s string) ([]byte, error) {
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		return nil, base64.CorruptInputError(i)
	}
	return base64.StdEncoding.Strict().DecodeString(s)
}
