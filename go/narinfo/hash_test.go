package narinfo

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

// The SHA-256 of "abc" as nix-hash --to-base32, --to-base16, --to-base64 and
// --to-sri print it.
const (
	abcBase32 = "1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s"
	abcBase16 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	abcBase64 = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
)

func TestParseHash(t *testing.T) {
	want := Hash(sha256.Sum256([]byte("abc")))
	for _, s := range []string{"sha256:" + abcBase32, "sha256:" + abcBase16, "sha256:" + strings.ToUpper(abcBase16), "sha256:" + abcBase64, "sha256-" + abcBase64} {
		if got, err := ParseHash(s); err != nil || got != want {
			t.Errorf("%s: got %s, %v", s, got.SRI(), err)
		}
	}
	if got := want.Nix(); got != "sha256:"+abcBase32 {
		t.Errorf("Nix: %s", got)
	}
	if got := want.SRI(); got != "sha256-"+abcBase64 {
		t.Errorf("SRI: %s", got)
	}
	if got := want.Hex(); got != abcBase16 {
		t.Errorf("Hex: %s", got)
	}
	if want.IsZero() || !(Hash{}).IsZero() {
		t.Error("IsZero is wrong")
	}
}

func TestParseHashErrors(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"empty", "", `hash "": want sha256:<base32> or sha256-<base64>`},
		{"no algorithm", abcBase32, "want sha256:<base32>"},
		{"other algorithm", "sha1:" + abcBase32, `the algorithm "sha1" is not supported: want sha256`},
		{"SRI of another algorithm", "sha512-" + abcBase64, `the algorithm "sha512" is not supported`},
		{"too short", "sha256:" + abcBase32[1:], "want 52 characters of base32, 64 of base16 or 44 of base64, got 51"},
		{"too long", "sha256:" + abcBase32 + "0", "got 53"},
		{"not base32", "sha256:e" + abcBase32[1:], `'e' is not a character of Nix's base32`},
		{"base32 of more than 256 bits", "sha256:2" + abcBase32[1:], "the first character is too large"},
		{"not base16", "sha256:x" + abcBase16[1:], "invalid byte"},
		{"not base64", "sha256-!" + abcBase64[1:], "illegal base64"},
		{"base64 with bits beyond the end", "sha256-" + abcBase64[:42] + "1=", "illegal base64"},
		{"base64 with a line end", "sha256-" + abcBase64[:40] + "\n" + abcBase64[41:], "illegal base64"},
		{"base64 of fewer bytes", "sha256-" + abcBase64[:40] + "AA==", "44 characters of base64 for 31 bytes, want 32"},
		{"base64 of more bytes", "sha256:" + abcBase64[:40] + "AAAA", "44 characters of base64 for 33 bytes, want 32"},
		{"base16 as SRI", "sha256-" + abcBase16, "want 44 characters of base64, got 64"},
		{"two", "sha256:" + abcBase32 + " sha256:" + abcBase32, "got 112"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseHash(test.in)
			wantError(t, err, test.want)
		})
	}
}

// TestBase32: what is decoded is what was encoded, for every length.
func TestBase32(t *testing.T) {
	for n := range 70 {
		for _, data := range [][]byte{bytes.Repeat([]byte{0xff}, n), make([]byte, n), []byte(strings.Repeat("\x01\x80\x5a", n))[:n]} {
			if got, err := decodeBase32(store.Base32(data), n); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%x: got %x, %v", data, got, err)
			}
		}
	}
}
