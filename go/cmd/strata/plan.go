package main

import "github.com/rules-strata/rules_strata/go/layering"

// planCmd is "strata plan".
type planCmd struct {
	Closure   string `placeholder:"FILE" required:"" help:"closure.json of the image."`
	Strategy  string `placeholder:"NAME" default:"popularity" help:"How objects are put in order and into layers (default ${default})."`
	MaxLayers int    `placeholder:"N" required:"" help:"Layers for store objects and the base image's layers, at most."`
	Base      string `placeholder:"FILE" help:"base.json of the base image: its layers are taken off N."`
	Out       string `placeholder:"FILE" required:"" help:"plan.json to write."`
}

// Help describes the step.
func (planCmd) Help() string {
	return "Writes the plan: which objects share a layer, bottom layer first."
}

// Run computes and writes the plan.
func (p planCmd) Run() error {
	plan, err := layering.Make(layering.Options{
		Closure:   p.Closure,
		Strategy:  p.Strategy,
		MaxLayers: p.MaxLayers,
		Base:      p.Base,
	})
	if err != nil {
		return err
	}
	return plan.Write(p.Out)
}
