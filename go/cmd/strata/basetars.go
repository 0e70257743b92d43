package main

import (
	"context"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/outdir"
)

// baseTarsCmd is "strata base-tars".
type baseTarsCmd struct {
	Image string `required:"" placeholder:"FILE" help:"Records that describe the image, with paths from the working directory on."`
	Out   string `required:"" placeholder:"DIR" help:"Directory of the tars to write: 000.tar is the lowest layer."`
}

// Help describes the step.
func (baseTarsCmd) Help() string {
	return "Writes the layers that an image has from its base image as tars, checked against their diff IDs."
}

// Run writes the tars, all of them or none.
func (c *baseTarsCmd) Run() error {
	img, err := imagefile.OpenRecords(c.Image)
	if err != nil {
		return err
	}
	defer img.Close()
	dir, err := outdir.Create(c.Out)
	if err != nil {
		return err
	}
	defer dir.Discard()
	layers := img.Archive().Layers
	for i, l := range img.Layers {
		if l.Kind != image.BaseLayer {
			continue
		}
		if err := dir.Write(fmt.Sprintf("%03d.tar", i), func(w io.Writer) error {
			return layers[i].WriteChecked(context.Background(), w)
		}); err != nil {
			return fmt.Errorf("%s: layer %d: %w", c.Image, i+1, err)
		}
	}
	return dir.Commit()
}
