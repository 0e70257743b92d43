package main

import (
	"encoding/json"
	"fmt"

	"github.com/rules-strata/rules_strata/go/imagefile"
)

type layersCmd struct {
	All  bool `help:"Show all objects of every layer, not the largest few."`
	JSON bool `name:"json" help:"Print all of it as JSON, for programs."`
}

// Help describes the command.
func (layersCmd) Help() string {
	return "Lists the layers, the lowest first: number, size of the uncompressed tar, the beginning of its diff ID, and why its objects are " +
		"in a layer of their own or together. Below a layer are its store objects, the largest first: the size of the tar that a layer with " +
		"the object alone has, the object's name, and the target that it comes from.\n\n" +
		"As JSON it is an object with the image's name and its layers; the objects of a layer are in the order of its tar, " +
		"and sizes are in bytes. What is not known is left out."
}

// Run lists the layers.
func (c layersCmd) Run(img *imagefile.Image, std *streams) error {
	layers := listLayers(img)
	if !c.JSON {
		return writeLayers(std.out, layers, c.All)
	}
	data, err := json.MarshalIndent(listedImage{Image: img.Ref(), Layers: layers}, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "%s\n", data)
	return err
}
