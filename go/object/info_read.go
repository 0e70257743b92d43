package object

import (
	"fmt"
	"strings"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

const (
	narHashPrefix = "sha256:"
	// narHashLen is the number of base32 characters of a SHA-256.
	narHashLen = 52
)

// ReadInfo reads info.json and checks it. Errors name the file.
func ReadInfo(file string) (Info, error) {
	var i Info
	if err := jsonfile.Read(file, &i); err != nil {
		return Info{}, err
	}
	if err := i.check(); err != nil {
		return Info{}, fmt.Errorf("%s: not the info of a store object: %w", file, err)
	}
	return i, nil
}

func (i *Info) check() error {
	if _, err := store.ParseAnyPath(string(i.Path)); err != nil {
		return fmt.Errorf(`"path": %w`, err)
	}
	digits, ok := strings.CutPrefix(i.NARHash, narHashPrefix)
	if !ok || len(digits) != narHashLen || strings.Trim(digits, store.Base32Alphabet) != "" {
		return fmt.Errorf(`"nar_hash" is %q, want %q and %d characters of Nix's base32`, i.NARHash, narHashPrefix, narHashLen)
	}
	if i.NARSize <= 0 {
		return fmt.Errorf(`"nar_size" is %d, want the number of bytes`, i.NARSize)
	}
	return nil
}
