package main

import (
	"strings"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/store"
)

// listedImage is what the command prints as JSON.
type listedImage struct {
	Image  string        `json:"image"`
	Layers []listedLayer `json:"layers"`
}

// listedLayer is a layer as users see it.
type listedLayer struct {
	Number  int    `json:"number"`
	Kind    string `json:"kind"`
	DiffID  string `json:"diff_id"`
	Size    int64  `json:"size"`
	Entries int    `json:"entries"`
	// Why says what the layer is there for.
	Why string `json:"why"`
	// Objects are those in the layer; those that it removes if it is one of
	// whiteouts.
	Objects []listedObject `json:"objects"`
}

// listedObject is a store object of a layer.
type listedObject struct {
	StorePath store.Path `json:"store_path"`
	Name      string     `json:"name"`
	// Size is that of the tar with the object alone.
	Size   int64  `json:"size,omitempty"`
	Label  string `json:"label,omitempty"`
	Origin string `json:"origin,omitempty"`
}

// listLayers lists the layers of an image, bottom layer first.
func listLayers(img *imagefile.Image) []listedLayer {
	list := make([]listedLayer, len(img.Layers))
	for i, l := range img.Layers {
		list[i] = listedLayer{
			Number: i + 1, Kind: l.Kind, DiffID: l.DiffID, Size: l.Size, Entries: l.Entries, Why: reason(l),
			Objects: make([]listedObject, len(l.StorePaths)),
		}
		for n, path := range l.StorePaths {
			from := img.Provenance(path)
			list[i].Objects[n] = listedObject{
				StorePath: path, Name: path.Name(), Size: l.ObjectSize(n), Label: from.Label, Origin: from.Origin,
			}
		}
	}
	return list
}

// reason says what a layer is there for.
func reason(l image.Layer) string {
	switch {
	case l.Kind == image.BaseLayer:
		return "of the base image"
	case l.Kind == image.CustomisationLayer:
		return "links to the contents, and what scripts made"
	case l.Kind == image.WhiteoutLayer:
		return "removes objects of the base image that layers above hold with other bytes"
	case l.Why != "":
		return l.Why
	}
	return "put here by the pipeline"
}

// shortDiffID is as much of a diff ID as Docker shows of an ID.
func shortDiffID(diffID string) string {
	_, digits, _ := strings.Cut(diffID, ":")
	return digits[:min(len(digits), 12)]
}
