package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// tarCmd is "strata tar".
type tarCmd struct {
	Image        string `required:"" placeholder:"FILE" help:"Records that describe the image, with paths from the working directory on."`
	Plan         string `placeholder:"FILE" help:"The image's plan.json. It says of the layer what the files say that change with every object: these are then listed as unused too."`
	Index        int    `required:"" placeholder:"N" help:"Which of the layers above those of the base image, from 0 on."`
	Last         bool   `help:"The image has no layer after this one: otherwise that is an error."`
	Out          string `required:"" placeholder:"FILE" help:"Where the layer's tar goes; an empty file if the image has no such layer."`
	UnusedInputs string `placeholder:"FILE" help:"Where the inputs that the tar does not depend on are listed, one path a line."`
}

// Help describes the step.
func (tarCmd) Help() string {
	return "Writes one layer of an image as a tar, checked against its diff ID."
}

// Run writes the tar, or nothing if there is no such layer.
func (c *tarCmd) Run() error {
	if c.Index < 0 {
		return fmt.Errorf("--index is %d: want 0 or more", c.Index)
	}
	records, err := imagefile.ReadRecords(c.Image)
	if err != nil {
		return err
	}
	img, err := records.Open()
	if err != nil {
		return err
	}
	defer img.Close()
	base := slices.IndexFunc(img.Layers, func(l image.Layer) bool { return l.Kind != image.BaseLayer })
	number := base + c.Index
	if c.Last && base >= 0 && number < len(img.Layers)-1 {
		return fmt.Errorf("%s: the image has %d layers of its own, but there are tars for %d only: let the pipeline make fewer, or build the archive", c.Image, len(img.Layers)-base, c.Index+1)
	}
	layer := image.Layer{}
	if base >= 0 && number < len(img.Layers) {
		layer = img.Layers[number]
	}
	if c.Plan != "" {
		if err := c.checkPlan(layer); err != nil {
			return err
		}
	}
	out, err := outfile.Create(c.Out)
	if err != nil {
		return err
	}
	defer out.Discard()
	if layer.Kind != "" {
		if err := img.Archive().Layers[number].WriteChecked(context.Background(), out); err != nil {
			return fmt.Errorf("%s: layer %d: %w", c.Image, number+1, err)
		}
	}
	if c.UnusedInputs != "" {
		unused := unusedInputs(records.Inputs(), layer, c.Plan != "")
		if err := outfile.Write(c.UnusedInputs, []byte(lines(unused))); err != nil {
			return err
		}
	}
	return out.Commit()
}

// checkPlan makes sure that the plan tells what is in the layer: otherwise a
// tar that is kept because the plan is the same could be an old one.
func (c *tarCmd) checkPlan(layer image.Layer) error {
	plan, err := layering.ReadPlan(c.Plan)
	if err != nil {
		return err
	}
	var layers []image.Layer
	if len(plan.Replaced) > 0 {
		layers = append(layers, image.Layer{Kind: image.WhiteoutLayer, StorePaths: plan.Replaced})
	}
	for _, paths := range plan.Layers {
		layers = append(layers, image.Layer{Kind: image.StoreLayer, StorePaths: paths})
	}
	planned := image.Layer{}
	layers = append(layers, image.Layer{Kind: image.CustomisationLayer})
	if c.Index < len(layers) {
		planned = layers[c.Index]
	}
	// What is in the customisation layer is in a file of its own.
	inPlan := layer.Kind != image.CustomisationLayer
	if planned.Kind != layer.Kind || inPlan && !slices.Equal(planned.StorePaths, layer.StorePaths) {
		return fmt.Errorf("%s: it is the plan of another image than %s: layer %d is another one", c.Plan, c.Image, c.Index)
	}
	return nil
}
