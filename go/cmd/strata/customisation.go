package main

import (
	"fmt"
	"io"
	"os"

	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/go/symlinkjoin"
)

type customisationCmd struct {
	Content       []objectFlag `sep:"none" placeholder:"STORE_PATH=LISTING" help:"An object to link into the root, and its listing. Repeatable; the first wins."`
	Label         []string     `sep:"none" help:"What messages call a content, in the order of --content. Repeatable."`
	MTime         timeFlag     `name:"mtime" default:"1" help:"Time of every entry: seconds since 1970, or ISO 8601."`
	StoreDir      string       `default:"/nix/store" help:"The store directory."`
	Tar           string       `required:"" placeholder:"FILE" help:"Where the layer's tar goes."`
	Metadata      string       `required:"" placeholder:"FILE" help:"Where layer.json goes."`
	ReferencesOut string       `required:"" placeholder:"FILE" help:"Where references.json goes: the store paths that the layer mentions."`
}

func (c *customisationCmd) Run(stderr io.Writer) error {
	contents, err := c.contents()
	if err != nil {
		return err
	}
	tree, collisions, err := symlinkjoin.Join(contents)
	if err != nil {
		return err
	}
	for _, collision := range collisions {
		fmt.Fprintf(stderr, "strata customisation: warning: %s\n", collision)
	}
	out, err := outfile.Create(c.Tar)
	if err != nil {
		return err
	}
	defer out.Discard()
	metadata, err := customisation.Write(out, tree, int64(c.MTime))
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

func (c *customisationCmd) contents() ([]symlinkjoin.Content, error) {
	if len(c.Label) != 0 && len(c.Label) != len(c.Content) {
		return nil, fmt.Errorf("%d --label for %d --content: give none or one each", len(c.Label), len(c.Content))
	}
	var contents []symlinkjoin.Content
	for i, arg := range c.Content {
		if _, err := store.ParsePath(c.StoreDir, string(arg.path)); err != nil {
			return nil, fmt.Errorf("--content: %w: give the right --store-dir", err)
		}
		entries, err := readListing(arg.source)
		if err != nil {
			return nil, err
		}
		content := symlinkjoin.Content{StorePath: arg.path, Entries: entries}
		if len(c.Label) != 0 {
			content.Label = c.Label[i]
		}
		contents = append(contents, content)
	}
	return contents, nil
}

func readListing(file string) ([]object.Entry, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := object.ReadListing(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return entries, nil
}
