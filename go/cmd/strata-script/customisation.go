package main

import (
	"context"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/customisation/scripts"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/store"
)

type customisationCmd struct {
	Content          []command.Object `sep:"none" placeholder:"STORE_PATH=LISTING" help:"An object to link into the root, and its listing. Repeatable; the first wins."`
	Linked           []command.Object `sep:"none" placeholder:"STORE_PATH=LISTING" help:"An object that a content which is itself a link may lead to, and its listing. Repeatable."`
	Label            []string         `sep:"none" help:"What messages call a content, in the order of --content. Repeatable."`
	Collisions       string           `enum:"first,error" default:"first" help:"What becomes of a path that two contents give differently: ${enum}."`
	FakeRootCommands string           `placeholder:"FILE" help:"A script that runs then, as root."`
	Fakechroot       bool             `help:"Make the tree the root of --fake-root-commands."`
	Tar              string           `required:"" placeholder:"FILE" help:"Where the layer's tar goes."`
	Metadata         string           `required:"" placeholder:"FILE" help:"Where layer.json goes."`
	ReferencesOut    string           `required:"" placeholder:"FILE" help:"Where references.json goes: the store paths that the layer mentions."`
	realRootFlags
	scriptFlags
}

func (c *customisationCmd) Run(stderr io.Writer) error {
	image, err := c.image(stderr)
	if err != nil {
		return err
	}
	objects, err := c.pool()
	if err != nil {
		return err
	}
	image.Pool = objects
	image.RealRoot = c.runner("fake_root_commands", c.StoreDir, objects, stderr)
	fs, root, err := scripts.Run(context.Background(), image)
	if err != nil {
		return err
	}
	defer fs.Close()
	out, err := outfile.Create(c.Tar)
	if err != nil {
		return err
	}
	defer out.Discard()
	result, err := customisation.WriteTree(out, fs, root, customisation.Options{
		MTime: int64(c.MTime), StoreDir: c.StoreDir, Known: image.Pool.Paths(),
	})
	if err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	if err := jsonfile.Write(c.ReferencesOut, result.References); err != nil {
		return err
	}
	if err := c.writeUnused(objects, c.FakeRootCommands); err != nil {
		return err
	}
	return jsonfile.Write(c.Metadata, result.Metadata)
}

// image is what the flags say.
func (c *customisationCmd) image(stderr io.Writer) (scripts.Image, error) {
	image := scripts.Image{Fakechroot: c.Fakechroot, Output: stderr, StoreDir: c.StoreDir}
	if err := c.check(); err != nil {
		return image, err
	}
	sources, err := c.sources()
	if err != nil {
		return image, err
	}
	image.Tree, err = customisation.Join(sources, c.linked(), c.StoreDir, customisation.Collisions(c.Collisions), stderr, "strata-script customisation")
	if err != nil {
		return image, err
	}
	if image.Directories, err = c.directories(); err != nil {
		return image, err
	}
	image.Tools = c.tools()
	if image.ExtraCommands, err = text(c.ExtraCommands); err != nil {
		return image, err
	}
	var roots []store.Path
	for _, content := range c.Content {
		roots = append(roots, content.Path)
	}
	image.Prepare = c.prepare(roots)
	image.FakeRootCommands, err = text(c.FakeRootCommands)
	return image, err
}

func (c *customisationCmd) sources() ([]customisation.Source, error) {
	if len(c.Label) != 0 && len(c.Label) != len(c.Content) {
		return nil, fmt.Errorf("%d --label for %d --content: give none or one each", len(c.Label), len(c.Content))
	}
	var sources []customisation.Source
	for i, content := range c.Content {
		s := customisation.Source{Path: content.Path, Listing: content.File}
		if len(c.Label) != 0 {
			s.Label = c.Label[i]
		}
		sources = append(sources, s)
	}
	return sources, nil
}

func (c *customisationCmd) linked() []customisation.Source {
	var sources []customisation.Source
	for _, linked := range c.Linked {
		sources = append(sources, customisation.Source{Path: linked.Path, Listing: linked.File})
	}
	return sources
}
