package main

import (
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/store"
)

// unusedInputs lists the files that the tar of one layer does not depend on:
// other objects, the base, the customisation layer unless it is that, and, if
// the plan is known, those of which only what the plan says matters.
func unusedInputs(in imagefile.Inputs, layer image.Layer, planned bool) []string {
	needed := map[store.Path]bool{}
	if layer.Kind == image.StoreLayer {
		for _, path := range layer.StorePaths {
			needed[path] = true
		}
	}
	unused := in.Objects.InputsExcept(needed)
	if layer.Kind != image.CustomisationLayer && in.Customisation != "" {
		unused = append(unused, in.Customisation)
	}
	if planned {
		unused = append(unused, in.Config, in.Layers, in.Tag)
	}
	// Of every other file it is known whether it is listed already, or needed.
	known := map[string]bool{}
	for _, input := range in.Objects.InputsExcept(nil) {
		known[input] = true
	}
	for _, file := range in.Base {
		if !known[file] {
			known[file] = true
			unused = append(unused, file)
		}
	}
	return unused
}
