package baseimage

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
)

// config are the fields of an image's config that matter here.
type config struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	RootFS       *struct {
		Type    string   `json:"type"`
		DiffIDs []string `json:"diff_ids"`
	} `json:"rootfs"`
}

// parseConfig wants all that an image cannot do without.
func parseConfig(data []byte) (config, error) {
	var c config
	err := json.Unmarshal(data, &c)
	switch {
	case err != nil:
		return c, fmt.Errorf("not an image's config: %w", err)
	case c.RootFS == nil:
		return c, errors.New(`not an image's config: it has no "rootfs"`)
	case c.RootFS.Type != "" && c.RootFS.Type != "layers":
		return c, fmt.Errorf(`"rootfs" has the unknown type %q: want "layers"`, c.RootFS.Type)
	case c.OS == "":
		return c, errors.New(`not an image's config: it has no "os"`)
	}
	return c, nil
}

// newImage is an image whose layers are in the members names.
func newImage(m members, configName string, data []byte, names []string) (*Image, error) {
	c, err := parseConfig(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", configName, err)
	}
	layers, err := makeLayers(m, names, c.RootFS.DiffIDs)
	if err != nil {
		return nil, err
	}
	return &Image{
		Config: data, ConfigDigest: fmt.Sprintf("sha256:%x", sha256.Sum256(data)),
		OS: c.OS, Architecture: c.Architecture, Layers: layers,
	}, nil
}
