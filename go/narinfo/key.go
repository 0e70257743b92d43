package narinfo

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// PublicKey is a key that signatures of store objects are checked with.
type PublicKey struct {
	Name string
	Key  ed25519.PublicKey
}

// ParsePublicKey reads "<name>:<base64>", as Nix's setting
// trusted-public-keys has it.
func ParsePublicKey(s string) (PublicKey, error) {
	// The key is not in errors, for it may be the secret one.
	name, key, err := parseNamed(s)
	switch {
	case err != nil && name == "":
		return PublicKey{}, fmt.Errorf("public key: %w", err)
	case err != nil:
		return PublicKey{}, fmt.Errorf("public key %q: %w", name, err)
	case len(key) == ed25519.PrivateKeySize:
		return PublicKey{}, fmt.Errorf("public key %q: it is a secret one: give the public one", name)
	case len(key) != ed25519.PublicKeySize:
		return PublicKey{}, fmt.Errorf("public key %q: it has %d bytes, want %d", name, len(key), ed25519.PublicKeySize)
	}
	return PublicKey{Name: name, Key: key}, nil
}

// String is the key as ParsePublicKey reads it.
func (k PublicKey) String() string { return k.Name + ":" + base64.StdEncoding.EncodeToString(k.Key) }

// Signature is an Ed25519 signature of a fingerprint.
type Signature struct {
	KeyName string
	Sig     []byte
}

// ParseSignature reads "<name of the key>:<base64>".
func ParseSignature(s string) (Signature, error) {
	name, sig, err := parseNamed(s)
	if err == nil && len(sig) != ed25519.SignatureSize {
		err = fmt.Errorf("it has %d bytes, want %d", len(sig), ed25519.SignatureSize)
	}
	if err != nil {
		return Signature{}, fmt.Errorf("signature %q: %w", s, err)
	}
	return Signature{KeyName: name, Sig: sig}, nil
}

// String is the signature as ParseSignature reads it.
func (s Signature) String() string {
	return s.KeyName + ":" + base64.StdEncoding.EncodeToString(s.Sig)
}

func parseNamed(s string) (name string, data []byte, err error) {
	name, text, ok := strings.Cut(s, ":")
	if !ok || name == "" {
		return "", nil, errors.New("want <name>:<base64>")
	}
	data, err = decodeBase64(text)
	return name, data, err
}
