package layering

import (
	"errors"
	"fmt"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// Plan is what plan.json holds. The fields are in the order of their JSON keys.
type Plan struct {
	// Layers are the objects of each layer, bottom layer first, in the order
	// in which the layer's tar has them. No layer is empty and no object is in
	// two.
	Layers [][]store.Path `json:"layers"`
	// Strategy is the name of the strategy that made the plan.
	Strategy string `json:"strategy"`
	// Version is jsonfile.Version.
	Version int `json:"version"`
}

// Write writes the plan to a file as plan.json.
func (p *Plan) Write(file string) error {
	return jsonfile.Write(file, p)
}

// ReadPlan reads plan.json and checks it.
func ReadPlan(file string) (*Plan, error) {
	var p Plan
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
	seen := map[store.Path]bool{}
	for i, layer := range p.Layers {
		if len(layer) == 0 {
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
	return nil
}
