package narinfo

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/store"
)

// method is what of an object its content address is a hash of.
type method string

const (
	// flat is the content of the file that the object is.
	flat method = "fixed:"
	// recursive is the object as a NAR.
	recursive method = "fixed:r:"
	// text is the content of the file that the object is; unlike flat it may
	// have references.
	text method = "text:"
)

// algorithms are the hashes that content addresses have.
var algorithms = map[string]func() hash.Hash{
	"md5":    md5.New,
	"sha1":   sha1.New,
	"sha256": sha256.New,
	"sha512": sha512.New,
}

// ErrUnsupported is what VerifyContentAddress says of other kinds.
var ErrUnsupported = errors.New("of a kind that is not supported")

// contentAddress is one that was read: "<method><algorithm>:<digest>".
type contentAddress struct {
	method    method
	algorithm string
	digest    []byte
}

func parseContentAddress(s string) (contentAddress, error) {
	var a contentAddress
	for _, a.method = range []method{recursive, flat, text} {
		rest, ok := strings.CutPrefix(s, string(a.method))
		if !ok {
			continue
		}
		algorithm, digest, ok := strings.Cut(rest, ":")
		newHash := algorithms[algorithm]
		if !ok || newHash == nil || a.method == text && algorithm != "sha256" {
			break
		}
		var err error
		a.algorithm = algorithm
		if a.digest, err = parseDigest(digest, newHash().Size(), false); err != nil {
			return a, fmt.Errorf("content address %q: %w", s, err)
		}
		return a, nil
	}
	return a, fmt.Errorf("content address %q: %w: want fixed:r:sha256:<base32>, fixed:sha256:<base32> or text:sha256:<base32>",
		shorten(s), ErrUnsupported)
}

// path is the store path that is made of the content address, a name and
// references, as the Nix manual's section "Store path" has it.
func (a contentAddress) path(dir, name string, references []store.Path, self bool) (store.Path, error) {
	switch {
	case a.method == text && self:
		return "", errors.New("an object of this kind cannot refer to itself")
	case a.method == text:
		return makePath(dir, withReferences("text", references, false), a.digest, name), nil
	case a.method == recursive && a.algorithm == "sha256":
		return makePath(dir, withReferences("source", references, self), a.digest, name), nil
	case self || len(references) > 0:
		return "", errors.New("an object of this kind cannot have references")
	}
	prefix := "fixed:out:" + strings.TrimPrefix(string(a.method), "fixed:")
	inner := sha256.Sum256([]byte(prefix + a.algorithm + ":" + hex.EncodeToString(a.digest) + ":"))
	return makePath(dir, "output:out", inner[:], name), nil
}

func withReferences(kind string, references []store.Path, self bool) string {
	for _, r := range references {
		kind += ":" + string(r)
	}
	if self {
		kind += ":self"
	}
	return kind
}

// makePath hashes what a store path stands for, and folds the hash to the 20
// bytes that a store path has room for.
func makePath(dir, kind string, inner []byte, name string) store.Path {
	sum := sha256.Sum256([]byte(kind + ":sha256:" + hex.EncodeToString(inner) + ":" + dir + ":" + name))
	var folded [20]byte
	for i, b := range sum {
		folded[i%len(folded)] ^= b
	}
	return store.Path(dir + "/" + store.Base32(folded[:]) + "-" + name)
}

// VerifyContentAddress checks that the content address makes exactly this
// store path: "fixed:r:" of a NAR, "fixed:" of a file or "text:" of a file with
// references, each followed by an algorithm and a hash. An error that wraps
// ErrUnsupported says that the address is of another kind.
//
// Whether the content has that hash is seen here only where it is the hash of
// the NAR; otherwise the check that is returned finds out.
func VerifyContentAddress(path store.Path, address string, narHash Hash, references []store.Path) (*ContentCheck, error) {
	a, err := parseContentAddress(address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	others := slices.Compact(slices.Sorted(slices.Values(references)))
	self := slices.Contains(others, path)
	others = slices.DeleteFunc(others, func(r store.Path) bool { return r == path })
	want, err := a.path(path.Dir(), path.Name(), others, self)
	if err != nil {
		return nil, fmt.Errorf("%s: content address %q: %w", path, address, err)
	}
	if want != path {
		return nil, fmt.Errorf("%s: the content address %q with %d references makes another store path, %s", path, address, len(references), want)
	}
	if a.method == recursive && a.algorithm == "sha256" && !self {
		if got := Hash(a.digest); got != narHash {
			return nil, fmt.Errorf("%s: NAR hash is %s, the content address has %s", path, narHash.SRI(), got.SRI())
		}
		return nil, nil
	}
	return newContentCheck(path, address, a, self), nil
}
