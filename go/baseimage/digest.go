package baseimage

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
)

// digest is "<algorithm>:<hexadecimal digits>".
type digest string

// parseDigest wants an algorithm that can be checked.
func parseDigest(s string) (digest, error) {
	algorithm, digits, ok := strings.Cut(s, ":")
	if !ok {
		return "", fmt.Errorf("%s is not a digest: want sha256:<64 hexadecimal digits>", quote(s))
	}
	length, known := map[string]int{"sha256": 64, "sha512": 128}[algorithm]
	if !known {
		return "", fmt.Errorf("the digest %s has the unknown algorithm %q: sha256 and sha512 are supported", quote(s), algorithm)
	}
	if len(digits) != length || strings.Trim(digits, "0123456789abcdef") != "" {
		return "", fmt.Errorf("%s is not a digest: want %s:<%d hexadecimal digits, lower case>", quote(s), algorithm, length)
	}
	return digest(s), nil
}

// parseDiffID is parseDigest for what names layers in a config.
func parseDiffID(s string) (digest, error) {
	d, err := parseDigest(s)
	if err == nil && !strings.HasPrefix(s, "sha256:") {
		err = fmt.Errorf("the diff ID %s has another algorithm than sha256, which is the one that is supported", quote(s))
	}
	return d, err
}

// blob is the member of a layout that holds what d is the digest of.
func (d digest) blob() string { return "blobs/" + strings.Replace(string(d), ":", "/", 1) }

func (d digest) hash() hash.Hash {
	if strings.HasPrefix(string(d), "sha512:") {
		return sha512.New()
	}
	return sha256.New()
}

// of is the digest of data, by d's algorithm.
func (d digest) of(h hash.Hash) digest {
	algorithm, _, _ := strings.Cut(string(d), ":")
	return digest(algorithm + ":" + hex.EncodeToString(h.Sum(nil)))
}

// check wants data to be what d is the digest of.
func (d digest) check(data []byte) error {
	h := d.hash()
	h.Write(data)
	if got := d.of(h); got != d {
		return wrongDigest("digest", got, d)
	}
	return nil
}

// verifier reads to the end only what has the right digest: at the end of
// something else it has an error in place of io.EOF.
type verifier struct {
	r    io.Reader
	want digest
	what string // "digest" or "diff ID"
	size int64  // the number of bytes wanted; -1 for any
	hash hash.Hash
	n    int64
}

func newVerifier(r io.Reader, want digest, what string, size int64) *verifier {
	return &verifier{r: r, want: want, what: what, size: size, hash: want.hash()}
}

func (v *verifier) Read(p []byte) (int, error) {
	n, err := v.r.Read(p)
	v.hash.Write(p[:n])
	v.n += int64(n)
	switch {
	case v.size >= 0 && v.n > v.size:
		return n, fmt.Errorf("it has more than %d bytes", v.size)
	case err == io.EOF:
		return n, v.end()
	}
	return n, err
}

func (v *verifier) end() error {
	if v.size >= 0 && v.n != v.size {
		return fmt.Errorf("truncated: it has %d bytes, want %d: %w", v.n, v.size, io.ErrUnexpectedEOF)
	}
	if got := v.want.of(v.hash); got != v.want {
		return wrongDigest(v.what, got, v.want)
	}
	return io.EOF
}

// digestError says that bytes are not those that they should be.
type digestError struct {
	what      string // "digest" or "diff ID"
	got, want digest
}

func (e *digestError) Error() string {
	return fmt.Sprintf("its %s is %s, want %s", e.what, e.got, e.want)
}

func wrongDigest(what string, got, want digest) error { return &digestError{what, got, want} }

// because is err, which follows from bytes that are not what they should be if
// cause says that they are not; without err it is cause.
func because(cause, err error) error {
	if err == nil {
		return cause
	}
	var wrong, known *digestError
	if errors.As(cause, &wrong) && !errors.As(err, &known) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}
