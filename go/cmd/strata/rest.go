package main

import (
	"strings"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layerflags"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/objectset"
	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/store"
)

type restCmd struct {
	Plan         string `required:"" placeholder:"FILE" help:"plan.json."`
	Objects      string `required:"" placeholder:"FILE" help:"The objects that the plan may name: a parameter file of records, see docs/design/formats.md."`
	UnusedInputs string `placeholder:"FILE" help:"Where the inputs that were not read are listed, one path a line."`
	Out          string `required:"" placeholder:"FILE" help:"Where rest.json goes: layer.json of every layer that holds several objects."`
	layerflags.Flags
}

func (c *restCmd) Run() error {
	plan, err := layering.ReadPlan(c.Plan)
	if err != nil {
		return err
	}
	set, err := objectset.Read(c.Objects)
	if err != nil {
		return err
	}
	shared, err := image.DescribeShared(plan, set, c.Options())
	if err != nil {
		return err
	}
	if c.UnusedInputs != "" {
		unused := set.InputsExcept(sharing(plan))
		if err := outfile.Write(c.UnusedInputs, []byte(lines(unused))); err != nil {
			return err
		}
	}
	return jsonfile.Write(c.Out, shared)
}

// lines writes one string a line.
func lines(list []string) string {
	var text strings.Builder
	for _, line := range list {
		text.WriteString(line)
		text.WriteByte('\n')
	}
	return text.String()
}

// sharing are the objects that share a layer with others.
func sharing(plan *layering.Plan) map[store.Path]bool {
	paths := map[store.Path]bool{}
	for _, layer := range plan.Layers {
		if len(layer) > 1 {
			for _, path := range layer {
				paths[path] = true
			}
		}
	}
	return paths
}
