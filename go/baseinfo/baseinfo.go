// Package baseinfo is the format of base.json: what the steps that come after
// need to know about a base image, in place of the image itself.
package baseinfo

import (
	"fmt"
	"strings"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// Info is the content of base.json.
type Info struct {
	// ConfigDigest is the digest of the base's config, "sha256:<64 hexadecimal
	// digits>".
	ConfigDigest string `json:"config_digest"`
	// Layers are the base's layers, bottom layer first.
	Layers []Layer `json:"layers"`
	// StorePaths are the direct children of the store directory that the
	// base's file system holds when its layers lie on one another. The value
	// is the diff ID of a layer that holds this object alone, made of the
	// base's own headers as package layer would make it; it is empty when
	// there is no such layer, and then equals nothing.
	StorePaths map[store.Path]string `json:"store_paths"`
	// Version is jsonfile.Version.
	Version int `json:"version"`
}

// Layer is one layer of a base image.
type Layer struct {
	// DiffID is the digest of the uncompressed tar, "sha256:<64 hexadecimal
	// digits>".
	DiffID string `json:"diff_id"`
	// Entries is the number of entries in the tar.
	Entries int `json:"entries"`
	// Size is the uncompressed tar's number of bytes.
	Size int64 `json:"size"`
}

// Read reads base.json and checks it. Errors name the file.
func Read(file string) (Info, error) {
	var i Info
	if err := jsonfile.Read(file, &i); err != nil {
		return Info{}, err
	}
	if err := i.check(); err != nil {
		return Info{}, fmt.Errorf("%s: not a description of a base image: %w", file, err)
	}
	return i, nil
}

// Write writes base.json, whole or not at all.
func (i Info) Write(file string) error {
	i.Version = jsonfile.Version
	if i.Layers == nil {
		i.Layers = []Layer{}
	}
	if i.StorePaths == nil {
		i.StorePaths = map[store.Path]string{}
	}
	return jsonfile.Write(file, i)
}

// DiffIDs are those of the layers, bottom layer first.
func (i Info) DiffIDs() []string {
	ids := make([]string, len(i.Layers))
	for n, l := range i.Layers {
		ids[n] = l.DiffID
	}
	return ids
}

func (i *Info) check() error {
	if !isDigest(i.ConfigDigest) {
		return fmt.Errorf(`"config_digest" is %q: want sha256:<64 hexadecimal digits>`, i.ConfigDigest)
	}
	for n, l := range i.Layers {
		switch {
		case !isDigest(l.DiffID):
			return fmt.Errorf("layer %d: diff ID %q: want sha256:<64 hexadecimal digits>", n+1, l.DiffID)
		case l.Size < 0 || l.Entries < 0:
			return fmt.Errorf("layer %d: %d bytes, %d entries", n+1, l.Size, l.Entries)
		}
	}
	for path, alone := range i.StorePaths {
		if _, err := store.ParseAnyPath(string(path)); err != nil {
			return err
		}
		if alone != "" && !isDigest(alone) {
			return fmt.Errorf("%s: diff ID %q: want sha256:<64 hexadecimal digits>, or nothing", path, alone)
		}
	}
	return nil
}

func isDigest(s string) bool {
	digits, ok := strings.CutPrefix(s, "sha256:")
	return ok && len(digits) == 64 && strings.Trim(digits, "0123456789abcdef") == ""
}
