package main

import (
	"context"
	"fmt"

	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/imagetree"
	"github.com/rules-strata/rules_strata/go/mtree"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// mtreeCmd is "strata mtree".
type mtreeCmd struct {
	Image string `required:"" placeholder:"FILE" help:"Records that describe the image, with paths from the working directory on."`
	Out   string `required:"" placeholder:"FILE" help:"Where the tree goes, in the form of mtree(5)."`
}

// Help describes the step.
func (mtreeCmd) Help() string {
	return "Writes the files that a container of the image sees, all layers laid on one another: one line a path, without contents."
}

// Run reads every layer, checked against its diff ID, and writes the tree.
func (c *mtreeCmd) Run() error {
	img, err := imagefile.OpenRecords(c.Image)
	if err != nil {
		return err
	}
	defer img.Close()
	root, err := imagetree.Flatten(context.Background(), img.Archive().Layers)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Image, err)
	}
	out, err := outfile.Create(c.Out)
	if err != nil {
		return err
	}
	defer out.Discard()
	if err := mtree.Write(out, root); err != nil {
		return err
	}
	return out.Commit()
}
