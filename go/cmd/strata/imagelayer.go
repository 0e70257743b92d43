package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/layerflags"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/objectset"
	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// imageLayerCmd is "strata image-layer".
type imageLayerCmd struct {
	Tree         string `required:"" placeholder:"FILE" help:"The tar of the layer's own files."`
	Copies       string `placeholder:"FILE" help:"copies.json: which of those files are copies of files of store objects."`
	Plan         string `required:"" placeholder:"FILE" help:"plan.json: the objects of all its layers go into this one."`
	Objects      string `required:"" placeholder:"FILE" help:"The objects that the plan may name: a parameter file of records, see docs/design/formats.md."`
	Tar          string `required:"" placeholder:"FILE" help:"Where the layer's tar goes."`
	Metadata     string `required:"" placeholder:"FILE" help:"Where layer.json goes."`
	UnusedInputs string `placeholder:"FILE" help:"Where the inputs that were not read are listed, one path a line."`
	layerflags.Flags
}

// Help describes the step.
func (imageLayerCmd) Help() string {
	return "Writes the layer of an image that has a single one: its own files, and its store objects after them."
}

// Run writes the outputs, each whole or not at all.
func (c *imageLayerCmd) Run() error {
	plan, err := layering.ReadPlan(c.Plan)
	if err != nil {
		return err
	}
	set, err := objectset.Read(c.Objects)
	if err != nil {
		return err
	}
	additions := layer.Additions{Replaced: plan.Replaced, LeftOut: plan.LeftOut}
	if c.Copies != "" {
		if additions.Copies, err = layer.ReadCopies(c.Copies); err != nil {
			return err
		}
	}
	needed := map[store.Path]bool{}
	var objects []*object.Object
	defer func() {
		for _, o := range objects {
			_ = o.Close()
		}
	}()
	for _, path := range slices.Concat(plan.Layers...) {
		o, err := set.Open(path)
		if err != nil {
			return err
		}
		objects = append(objects, o)
		needed[path] = true
	}
	if err := c.write(objects, additions); err != nil {
		return err
	}
	if c.UnusedInputs == "" {
		return nil
	}
	return outfile.Write(c.UnusedInputs, []byte(lines(set.InputsExcept(needed))))
}

func (c *imageLayerCmd) write(objects []*object.Object, additions layer.Additions) error {
	tree, err := os.Open(c.Tree)
	if err != nil {
		return err
	}
	defer tree.Close()
	out, err := outfile.Create(c.Tar)
	if err != nil {
		return err
	}
	defer out.Discard()
	metadata, err := layer.Append(out, tree, objects, c.Options(), additions)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Tree, err)
	}
	if err := out.Commit(); err != nil {
		return err
	}
	return jsonfile.Write(c.Metadata, metadata)
}
