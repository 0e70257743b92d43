package main

import (
	"encoding/json"
	"fmt"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/imagefile"
)

type inspectCmd struct{}

// Help describes the command.
func (inspectCmd) Help() string {
	return "Prints JSON: the image's names, its ID (the digest of its config), the number and the size in bytes of its uncompressed layers, and its config."
}

// inspected is what the command prints.
type inspected struct {
	Names  []string        `json:"names"`
	ID     string          `json:"id"`
	Layers int             `json:"layers"`
	Size   int64           `json:"size"`
	Config json.RawMessage `json:"config"`
}

// Run prints what the image is.
func (inspectCmd) Run(img *imagefile.Image, std *streams) error {
	out := inspected{Names: img.Refs(), ID: image.ID(img.Config), Layers: len(img.Layers), Config: img.Config}
	for _, l := range img.Layers {
		out.Size += l.Size
	}
	data, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "%s\n", data)
	return err
}
