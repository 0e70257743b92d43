package layering

import (
	"errors"
	"fmt"
	"slices"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// Plan is what plan.json holds. The fields are in the order of their JSON keys.
type Plan struct {
	// Layers are the objects of each layer, bottom layer first, in the order
	// in which the layer's tar has them. No object is in two, and only a
	// pipeline makes a layer that is empty.
	Layers [][]store.Path `json:"layers"`
	// LeftOut are the objects that are in no layer, because the base image
	// holds them already; sorted.
	LeftOut []store.Path `json:"left_out"`
	// Replaced are objects of the layers whose paths the base image holds with
	// other bytes; sorted. If there are any, the image has a layer of
	// whiteouts of them below its store layers.
	Replaced []store.Path `json:"replaced"`
	// Strategy is the name of the strategy that made the plan, or "pipeline".
	Strategy string `json:"strategy"`
	// Version is jsonfile.Version.
	Version int `json:"version"`
	// Why says of each layer, for people, why its objects share it. A
	// pipeline's layers have no such reasons: then it is nil and not written.
	Why []string `json:"why,omitzero"`
}

// Write writes the plan to a file as plan.json.
func (p *Plan) Write(file string) error {
	return jsonfile.Write(file, p)
}

// ReadPlan reads plan.json and checks it.
func ReadPlan(file string) (*Plan, error) {
	p := Plan{LeftOut: []store.Path{}, Replaced: []store.Path{}}
	if err := jsonfile.Read(file, &p); err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("%s: not a plan: %w", file, err)
	}
	return &p, nil
}

func (p *Plan) check() error {
	if p.Layers == nil {
		return errors.New(`no "layers"`)
	}
	if p.Strategy == "" {
		return errors.New(`no "strategy"`)
	}
	if p.Why != nil && len(p.Why) != len(p.Layers) {
		return fmt.Errorf(`"why" has %d reasons for %d layers`, len(p.Why), len(p.Layers))
	}
	seen := map[store.Path]bool{}
	for i, layer := range p.Layers {
		if len(layer) == 0 && p.Strategy != pipelineName {
			return fmt.Errorf("layer %d is empty", i+1)
		}
		for _, path := range layer {
			if _, err := store.ParseAnyPath(string(path)); err != nil {
				return fmt.Errorf("layer %d: %w", i+1, err)
			}
			if seen[path] {
				return fmt.Errorf("%s is there twice", path)
			}
			seen[path] = true
		}
	}
	for _, path := range p.Replaced {
		if !seen[path] {
			return fmt.Errorf(`%s is in "replaced", but in no layer`, path)
		}
	}
	for _, path := range p.LeftOut {
		if _, err := store.ParseAnyPath(string(path)); err != nil {
			return fmt.Errorf(`"left_out": %w`, err)
		}
		if seen[path] {
			return fmt.Errorf(`%s is in "left_out" and in a layer`, path)
		}
	}
	if !slices.IsSorted(p.LeftOut) || !slices.IsSorted(p.Replaced) {
		return errors.New(`"left_out" and "replaced" are not sorted`)
	}
	return nil
}
