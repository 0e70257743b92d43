package layer

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// Metadata tells what a layer's tar is, and is the content of layer.json.
type Metadata struct {
	Version int `json:"version"`
	// DiffID is the digest of the tar: "sha256:" and 64 hexadecimal digits.
	DiffID string `json:"diff_id"`
	// Size is the tar's number of bytes.
	Size int64 `json:"size"`
	// Entries is the number of files, directories and links in the tar.
	Entries int `json:"entries"`
	// Root is where the only object's files are, "" at its store path; see
	// object.Object.
	Root string `json:"root,omitempty"`
	// StorePaths are the objects in the tar, in its order.
	StorePaths []store.Path `json:"store_paths"`
}

// ReadMetadata reads layer.json. Errors name the file.
func ReadMetadata(file string) (Metadata, error) {
	var m Metadata
	if err := jsonfile.Read(file, &m); err != nil {
		return Metadata{}, err
	}
	if err := m.check(); err != nil {
		return Metadata{}, fmt.Errorf("%s: %w", file, err)
	}
	return m, nil
}

func (m *Metadata) check() error {
	digits, ok := strings.CutPrefix(m.DiffID, digestPrefix)
	if sum, err := hex.DecodeString(digits); !ok || err != nil || len(sum) != 32 || strings.ToLower(digits) != digits {
		return fmt.Errorf(`"diff_id" is %q, want %q and 64 hexadecimal digits`, m.DiffID, digestPrefix)
	}
	if m.Size <= 0 || m.Size%recordSize != 0 {
		return fmt.Errorf(`"size" is %d, want a multiple of %d`, m.Size, recordSize)
	}
	if m.Entries < 0 {
		return fmt.Errorf(`"entries" is %d`, m.Entries)
	}
	for _, path := range m.StorePaths {
		if _, err := store.ParseAnyPath(string(path)); err != nil {
			return fmt.Errorf(`"store_paths": %w`, err)
		}
	}
	return nil
}
