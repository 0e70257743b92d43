package layering

import (
	"fmt"
	"strings"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// Base is what base.json says about a base image. The fields are in the order
// of their JSON keys.
type Base struct {
	// DiffIDs are the diff IDs of the layers, bottom layer first,
	// "sha256:<64 hexadecimal digits>".
	DiffIDs []string `json:"diff_ids"`
	// Layers is the number of layers.
	Layers int `json:"layers"`
	// StorePaths are the store objects that the image holds.
	StorePaths []store.Path `json:"store_paths"`
	// Version is jsonfile.Version.
	Version int `json:"version"`
}

// ReadBase reads base.json and checks it.
func ReadBase(file string) (*Base, error) {
	var b Base
	if err := jsonfile.Read(file, &b); err != nil {
		return nil, err
	}
	if err := b.check(); err != nil {
		return nil, fmt.Errorf("%s: not a description of a base image: %w", file, err)
	}
	return &b, nil
}

func (b *Base) check() error {
	if b.Layers != len(b.DiffIDs) {
		return fmt.Errorf(`"layers" is %d, but there are %d diff IDs`, b.Layers, len(b.DiffIDs))
	}
	for i, id := range b.DiffIDs {
		if !isDiffID(id) {
			return fmt.Errorf("diff ID %d is %q: want sha256:<64 hexadecimal digits>", i+1, id)
		}
	}
	for _, path := range b.StorePaths {
		if _, err := store.ParseAnyPath(string(path)); err != nil {
			return err
		}
	}
	return nil
}

func isDiffID(s string) bool {
	digits, ok := strings.CutPrefix(s, "sha256:")
	return ok && len(digits) == 64 && strings.Trim(digits, "0123456789abcdef") == ""
}
