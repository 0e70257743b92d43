package ocilayout

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Platform is what an image runs on.
type Platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	Variant      string `json:"variant,omitempty"`
}

// config is what a layout needs to know of an image's config.
type config struct {
	Platform
	RootFS struct {
		DiffIDs []string `json:"diff_ids"`
	} `json:"rootfs"`
}

func parseConfig(data []byte) (*config, error) {
	var c config
	err := json.Unmarshal(data, &c)
	switch {
	case err != nil:
	case c.OS == "":
		err = errors.New(`no "os"`)
	case c.Architecture == "":
		err = errors.New(`no "architecture"`)
	case c.RootFS.DiffIDs == nil:
		err = errors.New(`no "diff_ids" in "rootfs"`)
	}
	if err != nil {
		return nil, fmt.Errorf("not an image's config: %w", err)
	}
	return &c, nil
}
