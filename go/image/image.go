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
	"time"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// Settings are what an image is besides its layers.
type Settings struct {
	// User is the config as the user wrote it, checked by ParseUserConfig.
	User json.RawMessage
	// Base is the image below, nil without one.
	Base *Base
	// Inherit are the fields of the base's config that are inherited, all of
	// them when it is nil.
	Inherit      []string
	Created      time.Time
	OS           string
	Architecture string
}

// config is an image's config. What only a base can have is left out when it
// is empty.
type config struct {
	Architecture string          `json:"architecture"`
	Author       string          `json:"author,omitempty"`
	Config       json.RawMessage `json:"config"`
	Created      string          `json:"created"`
	History      []any           `json:"history"`
	OS           string          `json:"os"`
	RootFS       rootFS          `json:"rootfs"`
	Variant      string          `json:"variant,omitempty"`
}

type rootFS struct {
	DiffIDs []string `json:"diff_ids"`
	Type    string   `json:"type"`
}

// Config is the image's config as bytes: keys sorted, one trailing newline.
//
// On a base it is what Docker makes of FROM: the fields of the base's config
// that the user does not set are the base's own, Env is merged by name, Labels,
// Volumes and ExposedPorts are joined; see inherit for the details. The base's
// history comes first, its author stays, and its variant with its architecture.
func Config(s Settings, layers []Layer) ([]byte, error) {
	if err := s.check(layers); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	created := s.Created.UTC().Format(time.RFC3339Nano)
	c := config{
		Architecture: s.Architecture,
		Config:       s.User,
		Created:      created,
		History:      []any{},
		OS:           s.OS,
		RootFS:       rootFS{DiffIDs: []string{}, Type: "layers"},
	}
	if s.Base != nil {
		merged, err := inherit(s.Base.config, s.User, s.Inherit)
		if err != nil {
			return nil, fmt.Errorf("config: %w", err)
		}
		c.Config, c.Author = merged, s.Base.author
		if s.Base.Architecture == s.Architecture {
			c.Variant = s.Base.variant
		}
		c.History = s.Base.layerHistory(created)
	}
	for _, l := range layers {
		c.RootFS.DiffIDs = append(c.RootFS.DiffIDs, l.DiffID)
		if l.Kind != BaseLayer {
			c.History = append(c.History, history{Comment: comment(l), Created: created})
		}
	}
	return jsonfile.Marshal(c)
}

func (s *Settings) check(layers []Layer) error {
	switch year := s.Created.UTC().Year(); {
	case year < 0 || year > 9999:
		return fmt.Errorf("created: the year %d is not between 0 and 9999, as RFC 3339 wants", year)
	case s.OS == "":
		return errors.New("os: it is empty: give the image's GOOS, such as linux")
	}
	if err := checkArchitecture(s.Architecture); err != nil {
		return fmt.Errorf("architecture: %w", err)
	}
	return s.Base.check(s.OS, layers)
}

// Warnings say what the user may not have meant.
func (s *Settings) Warnings() []string {
	if s.Base == nil {
		return nil
	}
	var warnings []string
	if s.Base.Architecture != s.Architecture {
		warnings = append(warnings, fmt.Sprintf("the base image is for the architecture %s, the image for %s", s.Base.Architecture, s.Architecture))
	}
	return append(warnings, s.Base.warnings(s.Inherit)...)
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
