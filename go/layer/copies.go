package layer

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// copies is the content of copies.json.
type copies struct {
	// Copies are names of entries in a tar by the paths of the store objects'
	// files whose bytes, mode and owner they have.
	Copies  map[string]string `json:"copies"`
	Version int               `json:"version"`
}

// WriteCopies writes copies.json, the Copies of Additions, whole or not at all.
// Names that are not UTF-8, which JSON cannot carry, are left out.
func WriteCopies(file string, names map[string]string) error {
	c := copies{Copies: map[string]string{}, Version: jsonfile.Version}
	for of, name := range names {
		if utf8.ValidString(of) && utf8.ValidString(name) {
			c.Copies[of] = name
		}
	}
	return jsonfile.Write(file, c)
}

// ReadCopies reads copies.json. Errors name the file.
func ReadCopies(file string) (map[string]string, error) {
	var c copies
	if err := jsonfile.Read(file, &c); err != nil {
		return nil, err
	}
	for of, name := range c.Copies {
		if !strings.HasPrefix(of, "/") || !strings.HasPrefix(name, "./") {
			return nil, fmt.Errorf(`%s: "copies": %q of %q: want a name that begins with "./", and an absolute path`, file, name, of)
		}
	}
	return c.Copies, nil
}
