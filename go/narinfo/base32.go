package narinfo

import (
	"errors"
	"fmt"
	"strings"

	"github.com/rules-strata/rules_strata/go/store"
)

// base32Len is how many characters store.Base32 makes of n bytes.
func base32Len(n int) int { return (n*8 + 4) / 5 }

// decodeBase32 is the inverse of store.Base32, for a text of base32Len(n)
// characters.
func decodeBase32(s string, n int) ([]byte, error) {
	data := make([]byte, n)
	for i := range len(s) {
		c := s[len(s)-1-i]
		digit := strings.IndexByte(store.Base32Alphabet, c)
		if digit < 0 {
			return nil, fmt.Errorf("%q is not a character of Nix's base32", c)
		}
		at, shift := i*5/8, i*5%8
		data[at] |= byte(digit << shift)
		high := byte(digit >> (8 - shift))
		if at+1 < n {
			data[at+1] |= high
		} else if high != 0 {
			return nil, errors.New("the first character is too large")
		}
	}
	return data, nil
}
