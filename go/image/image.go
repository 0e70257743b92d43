// Package image puts an image together from descriptions of its layers: the
// config, whose SHA-256 is the image ID, and the list of layers.
//
// It follows the OCI image specification, "Image Configuration", and the
// Docker image specification v1.3.0.
package image

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/store"
)

// Kinds of layers.
const (
	// StoreLayer holds store objects and nothing else.
	StoreLayer = "store"
	// CustomisationLayer holds the links to the contents.
	CustomisationLayer = "customisation"
)

// Layer describes one layer of an image.
type Layer struct {
	// DiffID is "sha256:" and the hex digest of the uncompressed tar.
	DiffID string `json:"diff_id"`
	// Entries is the number of entries in the tar.
	Entries int `json:"entries"`
	// Kind is StoreLayer or CustomisationLayer.
	Kind string `json:"kind"`
	// Size is that of the uncompressed tar in bytes.
	Size int64 `json:"size"`
	// StorePaths are the objects of a store layer, in the order of the tar.
	StorePaths []store.Path `json:"store_paths"`
}

// Layers is the content of layers.json: all layers, bottom layer first.
type Layers struct {
	Layers  []Layer `json:"layers"`
	Version int     `json:"version"`
}

// Settings are what an image is besides its layers.
type Settings struct {
	// User is the config as the user wrote it, checked by ParseUserConfig.
	User         json.RawMessage
	Created      time.Time
	OS           string
	Architecture string
}

type config struct {
	Architecture string          `json:"architecture"`
	Config       json.RawMessage `json:"config"`
	Created      string          `json:"created"`
	History      []history       `json:"history"`
	OS           string          `json:"os"`
	RootFS       rootFS          `json:"rootfs"`
}

type history struct {
	Comment string `json:"comment"`
	Created string `json:"created"`
}

type rootFS struct {
	DiffIDs []string `json:"diff_ids"`
	Type    string   `json:"type"`
}

// Assemble lists the image's layers: one for each of the plan, described by
// single when it holds one object and by shared when it holds several, and the
// customisation layer on top.
func Assemble(plan *layering.Plan, single map[store.Path]layer.Metadata, shared *Shared, customisation layer.Metadata) ([]Layer, error) {
	var layers []Layer
	for i, paths := range plan.Layers {
		m, err := describePlanned(i, paths, single, shared)
		if err != nil {
			return nil, err
		}
		layers = append(layers, fromMetadata(m, StoreLayer))
	}
	return append(layers, fromMetadata(customisation, CustomisationLayer)), nil
}

func describePlanned(i int, paths []store.Path, single map[store.Path]layer.Metadata, shared *Shared) (layer.Metadata, error) {
	if len(paths) == 1 {
		m, ok := single[paths[0]]
		if !ok {
			return m, fmt.Errorf("layer %d of the plan: no --layer describes %s", i+1, paths[0])
		}
		return m, nil
	}
	m, ok := shared.find(paths)
	if !ok {
		return m, fmt.Errorf("layer %d of the plan holds %d objects, from %s on, and no --rest describes it", i+1, len(paths), paths[0])
	}
	return m, nil
}

func fromMetadata(m layer.Metadata, kind string) Layer {
	paths := m.StorePaths
	if paths == nil {
		paths = []store.Path{}
	}
	return Layer{DiffID: m.DiffID, Entries: m.Entries, Kind: kind, Size: m.Size, StorePaths: paths}
}

// Config is the image's config as bytes: keys sorted, one trailing newline.
func Config(s Settings, layers []Layer) ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	created := s.Created.UTC().Format(time.RFC3339Nano)
	c := config{
		Architecture: s.Architecture,
		Config:       s.User,
		Created:      created,
		History:      []history{},
		OS:           s.OS,
		RootFS:       rootFS{DiffIDs: []string{}, Type: "layers"},
	}
	for _, l := range layers {
		c.RootFS.DiffIDs = append(c.RootFS.DiffIDs, l.DiffID)
		c.History = append(c.History, history{Comment: comment(l), Created: created})
	}
	return jsonfile.Marshal(c)
}

func (s *Settings) check() error {
	switch year := s.Created.UTC().Year(); {
	case year < 0 || year > 9999:
		return fmt.Errorf("created: the year %d is not between 0 and 9999, as RFC 3339 wants", year)
	case s.OS == "":
		return errors.New("os: it is empty: give the image's GOOS, such as linux")
	case s.Architecture == "":
		return errors.New("architecture: it is empty: give the image's GOARCH, such as amd64")
	}
	return nil
}

func comment(l Layer) string {
	if l.Kind == CustomisationLayer {
		return "customisation layer"
	}
	quoted := make([]string, len(l.StorePaths))
	for i, p := range l.StorePaths {
		quoted[i] = "'" + string(p) + "'"
	}
	return "store paths: [" + strings.Join(quoted, ", ") + "]"
}

// ID is the image ID, "sha256:" and the hex digest of the config.
func ID(config []byte) string {
	return fmt.Sprintf("sha256:%x", sha256.Sum256(config))
}

// ContentTag is the tag of an image that was given none: the first 32
// characters of the Nix base32 of the config's SHA-256. The config holds the
// diff ID of every layer, so the same image has the same tag everywhere.
func ContentTag(config []byte) string {
	digest := sha256.Sum256(config)
	return store.Base32(digest[:])[:store.HashLen]
}
