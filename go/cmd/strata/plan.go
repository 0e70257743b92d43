package main

import (
	"io"

	"github.com/rules-strata/rules_strata/go/layering"
)

// planCmd is "strata plan".
type planCmd struct {
	Closure      string   `placeholder:"FILE" required:"" help:"closure.json of the image."`
	Strategy     string   `placeholder:"NAME" help:"How objects are put in order and into layers (default popularity)."`
	Pipeline     string   `placeholder:"FILE" help:"A layering pipeline, a nested list in JSON, in place of a strategy; N is ignored."`
	MaxLayers    int      `placeholder:"N" required:"" help:"Layers of the whole image, at most."`
	OwnLayers    int      `placeholder:"N" default:"0" help:"Layers besides store layers and the base's: 1 for a customisation layer (default ${default})."`
	Base         string   `placeholder:"FILE" help:"base.json of the base image: its layers are taken off, and what it holds is left out."`
	Mutable      []string `placeholder:"FILE" sep:"none" help:"layer.json of an object whose bytes may change (repeatable)."`
	Pinned       string   `placeholder:"FILE" help:"Store paths, one a line, that get layers of their own (popularity_pinned)."`
	Info         []string `placeholder:"FILE" sep:"none" help:"info.json of an object, for its size (repeatable)."`
	MinLayerSize int64    `placeholder:"BYTES" default:"0" help:"Layers with fewer bytes of objects are joined (default ${default}: none)."`
	Debug        bool     `help:"Write a table of the layers to standard error."`
	Out          string   `placeholder:"FILE" required:"" help:"plan.json to write."`
}

// Help describes the step.
func (planCmd) Help() string {
	return "Writes the plan: which objects share a layer, bottom layer first."
}

// Run computes and writes the plan.
func (p planCmd) Run(stderr io.Writer) error {
	o := layering.Options{
		Closure:      p.Closure,
		Strategy:     p.Strategy,
		Pipeline:     p.Pipeline,
		MaxLayers:    p.MaxLayers,
		OwnLayers:    p.OwnLayers,
		Base:         p.Base,
		Mutable:      p.Mutable,
		Pinned:       p.Pinned,
		Info:         p.Info,
		MinLayerSize: p.MinLayerSize,
	}
	if o.Strategy == "" && o.Pipeline == "" {
		o.Strategy = "popularity"
	}
	if p.Debug {
		o.Debug = stderr
	}
	plan, err := layering.Make(o)
	if err != nil {
		return err
	}
	return plan.Write(p.Out)
}
