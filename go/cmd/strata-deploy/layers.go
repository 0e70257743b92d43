package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/progress"
)

type layersCmd struct{}

// Help describes the command.
func (layersCmd) Help() string {
	return "Lists the layers, the lowest first: size of the uncompressed tar, the beginning of its diff ID, and the store objects in it."
}

// Run lists the layers.
func (layersCmd) Run(img *imagefile.Image, std *streams) error {
	w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	for n, l := range img.Layers {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", n+1, progress.Size(l.Size), shortDiffID(l.DiffID), content(l))
	}
	return w.Flush()
}

// shortDiffID is as much of a diff ID as Docker shows of an ID.
func shortDiffID(diffID string) string {
	_, digits, _ := strings.Cut(diffID, ":")
	return digits[:min(len(digits), 12)]
}

// content says what a layer holds.
func content(l image.Layer) string {
	names := make([]string, len(l.StorePaths))
	for i, path := range l.StorePaths {
		names[i] = path.Name()
	}
	switch l.Kind {
	case image.BaseLayer:
		return "of the base image"
	case image.CustomisationLayer:
		return "links to the contents, and what scripts made"
	case image.WhiteoutLayer:
		return "removes " + strings.Join(names, ", ")
	}
	return strings.Join(names, ", ")
}
