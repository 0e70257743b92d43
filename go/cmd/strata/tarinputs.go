package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/objectset"
	"github.com/rules-strata/rules_strata/go/store"
)

// imageInputs are the files that a description names.
type imageInputs struct {
	Base *struct {
		Image   string `json:"image"`
		Archive string `json:"archive"`
	} `json:"base"`
	Config        string `json:"config"`
	Customisation string `json:"customisation"`
	Layers        string `json:"layers"`
	ObjectSet     string `json:"object_set"`
	Tag           string `json:"tag"`
}

func readInputs(file string) (*imageInputs, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var in imageInputs
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &in, nil
}

// unusedInputs lists the files that the tar of one layer does not depend on:
// other objects, the base, the customisation layer unless it is that, and, if
// the plan is known, those of which only what the plan says matters.
func unusedInputs(description string, layer image.Layer, planned bool) ([]string, error) {
	in, err := readInputs(description)
	if err != nil {
		return nil, err
	}
	needed := map[store.Path]bool{}
	if layer.Kind == image.StoreLayer {
		for _, path := range layer.StorePaths {
			needed[path] = true
		}
	}
	var unused []string
	// Of every other file it is known whether it is listed already, or needed.
	known := map[string]bool{}
	if in.ObjectSet != "" {
		set, err := objectset.Read(in.ObjectSet)
		if err != nil {
			return nil, err
		}
		unused = set.InputsExcept(needed)
		for _, input := range set.InputsExcept(nil) {
			known[input] = true
		}
	}
	if layer.Kind != image.CustomisationLayer {
		unused = append(unused, in.Customisation)
	}
	if planned {
		unused = append(unused, in.Config, in.Layers, in.Tag)
	}
	ofBase, err := baseInputs(in)
	if err != nil {
		return nil, err
	}
	for _, file := range ofBase {
		if !known[file] {
			known[file] = true
			unused = append(unused, file)
		}
	}
	return unused, nil
}

// baseInputs lists all files of the base, and of what that is built on.
func baseInputs(in *imageInputs) ([]string, error) {
	switch {
	case in.Base == nil:
		return nil, nil
	case in.Base.Archive != "":
		return []string{in.Base.Archive}, nil
	}
	base, err := readInputs(in.Base.Image)
	if err != nil {
		return nil, err
	}
	files := []string{in.Base.Image, base.Config, base.Customisation, base.Layers, base.Tag}
	if base.ObjectSet != "" {
		set, err := objectset.Read(base.ObjectSet)
		if err != nil {
			return nil, err
		}
		files = append(append(files, base.ObjectSet), set.InputsExcept(nil)...)
	}
	below, err := baseInputs(base)
	return append(files, below...), err
}
