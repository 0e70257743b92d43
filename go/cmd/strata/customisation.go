package main

import (
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/outfile"
)

type customisationCmd struct {
	Content        []command.Object          `sep:"none" placeholder:"STORE_PATH=LISTING" help:"An object to link into the root, and its listing. Repeatable; the first wins."`
	Linked         []command.Object          `sep:"none" placeholder:"STORE_PATH=LISTING" help:"An object that a content which is itself a link may lead to, and its listing. Repeatable."`
	Label          []string                  `sep:"none" help:"What messages call a content, in the order of --content. Repeatable."`
	Collisions     string                    `enum:"first,error" default:"first" help:"What becomes of a path that two contents give differently: ${enum}."`
	Directory      []customisation.Directory `sep:"none" placeholder:"MODE:UID:GID:PATH" help:"A directory of the contents that has this mode and owner in the image. Repeatable."`
	DirectoryLabel []string                  `sep:"none" help:"The content that asks for a directory, in the order of --directory. Repeatable."`
	MTime          command.Time              `name:"mtime" default:"1" help:"Time of every entry: seconds since 1970, or ISO 8601."`
	StoreDir       string                    `default:"/nix/store" help:"The store directory."`
	Tar            string                    `required:"" placeholder:"FILE" help:"Where the layer's tar goes."`
	Metadata       string                    `required:"" placeholder:"FILE" help:"Where layer.json goes."`
	ReferencesOut  string                    `required:"" placeholder:"FILE" help:"Where references.json goes: the store paths that the layer mentions."`
}

func (c *customisationCmd) Run(stderr io.Writer) error {
	sources, err := c.sources()
	if err != nil {
		return err
	}
	tree, err := customisation.Join(sources, c.linked(), c.StoreDir, customisation.Collisions(c.Collisions), stderr, "strata customisation")
	if err != nil {
		return err
	}
	directories, err := customisation.Directories(c.Directory, c.DirectoryLabel)
	if err != nil {
		return err
	}
	out, err := outfile.Create(c.Tar)
	if err != nil {
		return err
	}
	defer out.Discard()
	metadata, err := customisation.Write(out, tree, int64(c.MTime), directories...)
	if err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	if err := jsonfile.Write(c.ReferencesOut, customisation.ReferencesOf(tree, c.StoreDir)); err != nil {
		return err
	}
	return jsonfile.Write(c.Metadata, metadata)
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
