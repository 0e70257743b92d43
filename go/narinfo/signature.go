package narinfo

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/store"
)

// Verify checks that one of the keys has signed what is said of the object.
func Verify(path store.Path, narHash Hash, narSize int64, references []store.Path, signatures []Signature, keys []PublicKey) error {
	message := []byte(Fingerprint(path, narHash, narSize, references))
	var wrong []string
	for _, s := range signatures {
		for _, k := range keys {
			if k.Name != s.KeyName {
				continue
			}
			if ed25519.Verify(k.Key, message, s.Sig) {
				return nil
			}
			wrong = append(wrong, k.Name)
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%s: the signature by %s does not match: path, NAR hash, NAR size or references are not those that were signed, or it is another key of that name",
			path, quote(wrong))
	}
	return fmt.Errorf("%s: %w", path, notSigned(signatures, keys))
}

// notSigned says by whom an object is signed, and by whom it should be.
func notSigned(signatures []Signature, keys []PublicKey) error {
	var signers, trusted []string
	for _, s := range signatures {
		signers = append(signers, s.KeyName)
	}
	for _, k := range keys {
		trusted = append(trusted, k.Name)
	}
	switch {
	case len(signers)+len(trusted) == 0:
		return errors.New("not signed, and no key is trusted: sign it, and give the key")
	case len(trusted) == 0:
		return fmt.Errorf("signed by %s, and no key is trusted: give the key that it is signed with", quote(signers))
	}
	state := "not signed"
	if len(signers) > 0 {
		state = "signed by " + quote(signers)
	}
	return fmt.Errorf("%s, trusted are %s: sign it with a trusted key, or give the key that it is signed with", state, quote(trusted))
}

// quote lists names, each of them once.
func quote(names []string) string {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	for i, name := range names {
		names[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(names, ", ")
}
