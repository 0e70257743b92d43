package store

import (
	"crypto/sha256"
	"testing"
)

func TestBase32(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"one byte", "\x1f", "0z"},
		// As `nix-hash --type sha256 --flat --base32` prints it.
		{"SHA-256 of nothing", string(sum("")), "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73"},
		{"SHA-256 of abc", string(sum("abc")), "1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Base32([]byte(test.in)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func sum(s string) []byte {
	h := sha256.Sum256([]byte(s))
	return h[:]
}
