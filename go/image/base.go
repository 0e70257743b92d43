package image

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Base is the config of an image to build on.
type Base struct {
	// OS and Architecture are GOOS and GOARCH of the base.
	OS, Architecture string

	author, created, variant string
	config                   map[string]json.RawMessage
	history                  []json.RawMessage
	diffIDs                  []string
}

// ParseBase reads the config of an image to build on.
func ParseBase(data []byte) (*Base, error) {
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("config of the base image: byte %d is not UTF-8: JSON cannot carry it", validLen(data))
	}
	var c struct {
		Architecture string                     `json:"architecture"`
		Author       string                     `json:"author"`
		Config       map[string]json.RawMessage `json:"config"`
		Created      string                     `json:"created"`
		History      []json.RawMessage          `json:"history"`
		OS           string                     `json:"os"`
		RootFS       *struct {
			DiffIDs []string `json:"diff_ids"`
		} `json:"rootfs"`
		Variant string `json:"variant"`
	}
	err := json.Unmarshal(data, &c)
	switch {
	case err != nil:
		err = fmt.Errorf("not JSON of a config: %w", err)
	case c.OS == "":
		err = errors.New(`it has no "os"`)
	case c.RootFS == nil:
		err = errors.New(`it has no "rootfs"`)
	}
	if err != nil {
		return nil, fmt.Errorf("config of the base image: %w", err)
	}
	return &Base{
		OS: c.OS, Architecture: c.Architecture,
		author: c.Author, created: c.Created, variant: c.Variant,
		config: c.Config, history: c.History, diffIDs: c.RootFS.DiffIDs,
	}, nil
}

// check compares the base with the image that is made on it.
func (b *Base) check(os string, layers []Layer) error {
	var ids []string
	for _, l := range layers {
		if l.Kind == BaseLayer {
			ids = append(ids, l.DiffID)
		}
	}
	switch {
	case b == nil && len(ids) > 0:
		return fmt.Errorf("there are %d layers of a base image, but no config of one", len(ids))
	case b == nil:
		return nil
	case b.OS != os:
		return fmt.Errorf("os: the base image is for %s, the image for %s: choose a base image for %s", b.OS, os, os)
	case !slices.Equal(ids, b.diffIDs):
		return fmt.Errorf("the base's config has %d diff IDs that are not those of the base's %d layers: it is another image's", len(b.diffIDs), len(ids))
	}
	return nil
}

// warnings say what is not kept of the base.
func (b *Base) warnings(fields []string) []string {
	var warnings []string
	if len(b.history) > 0 && !b.historyFits() {
		warnings = append(warnings,
			fmt.Sprintf("the base image's history does not go with its %d layers: the image has one with an entry a layer", len(b.diffIDs)))
	}
	var triggers []string
	if raw, ok := b.config["OnBuild"]; ok && fields == nil && json.Unmarshal(raw, &triggers) == nil && len(triggers) > 0 {
		warnings = append(warnings, fmt.Sprintf("the base image has %d ONBUILD triggers, which only a Dockerfile runs: they are dropped", len(triggers)))
	}
	return warnings
}
