package registry

import (
	"encoding/hex"
	"fmt"
	"hash"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// parseDigest reads a digest after the OCI image specification
// ("Descriptor", "Digests") whose algorithm can be checked.
func parseDigest(text string) (v1.Hash, error) {
	algorithm, digits, ok := strings.Cut(text, ":")
	if !ok {
		return v1.Hash{}, fmt.Errorf("%.200q is not a digest: want sha256:<64 hexadecimal digits>", text)
	}
	length, known := map[string]int{"sha256": 64, "sha512": 128}[algorithm]
	switch {
	case !known:
		return v1.Hash{}, fmt.Errorf("the digest %.200q has the unknown algorithm %q: sha256 and sha512 are supported", text, algorithm)
	case len(digits) != length || strings.Trim(digits, "0123456789abcdef") != "":
		return v1.Hash{}, fmt.Errorf("%.200q is not a digest: want %s:<%d hexadecimal digits, lower case>", text, algorithm, length)
	}
	return v1.Hash{Algorithm: algorithm, Hex: digits}, nil
}

// digester computes the digest of what is written to it.
type digester struct {
	hash.Hash
	algorithm string
}

func newDigester(algorithm string) (*digester, error) {
	h, err := v1.Hasher(algorithm)
	if err != nil {
		return nil, fmt.Errorf("unknown digest algorithm %q: sha256 and sha512 are supported", algorithm)
	}
	return &digester{Hash: h, algorithm: algorithm}, nil
}

func (d *digester) digest() v1.Hash {
	return v1.Hash{Algorithm: d.algorithm, Hex: hex.EncodeToString(d.Sum(nil))}
}

// digestOf is the digest of data by want's algorithm, or the zero value for an
// unknown one.
func digestOf(data []byte, want v1.Hash) v1.Hash {
	d, err := newDigester(want.Algorithm)
	if err != nil {
		return v1.Hash{}
	}
	_, _ = d.Write(data)
	return d.digest()
}
