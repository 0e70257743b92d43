package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/rules-strata/rules_strata/go/baseimage"
	"github.com/rules-strata/rules_strata/go/export"
	"github.com/rules-strata/rules_strata/go/imagesource"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// exportCmd is "strata export".
type exportCmd struct {
	Image        string `placeholder:"FILE" help:"Records that describe an image of ours, with paths from the working directory on."`
	Archive      string `placeholder:"FILE" help:"In place of --image: a docker archive or an OCI layout, compressed or not, or the directory of a layout."`
	Name         string `help:"Name of the image, where the archive has several. Counts only with --tag."`
	Tag          string `help:"Tag of the image, where the archive has several. Counts only with --name."`
	OS           string `name:"os" default:"linux" help:"GOOS that chooses in an image index."`
	Architecture string `help:"GOARCH that chooses in an image index."`
	Out          string `required:"" placeholder:"FILE" help:"Where the tar goes."`
}

// exportGarbage is how much memory may wait to be freed, in percent of what is in
// use: an image's tree, which grows while the layers are read.
const exportGarbage = 50

// Help describes the step.
func (exportCmd) Help() string {
	return "Writes the file system that a container of the image sees as one tar, without anything else of the image."
}

// Run reads every layer, checked against its diff ID, and writes the tar.
func (c *exportCmd) Run(stderr io.Writer) error {
	if (c.Image == "") == (c.Archive == "") {
		return errors.New("give --image or --archive")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(exportGarbage))
	ctx := context.Background()
	source := imagesource.Source{
		Records: c.Image, Archive: c.Archive,
		Selection: baseimage.Selection{Name: c.Name, Tag: c.Tag, OS: c.OS, Architecture: c.Architecture},
	}
	opened, err := source.Open(ctx)
	if err != nil {
		return err
	}
	defer opened.Close()
	for _, warning := range opened.Warnings {
		fmt.Fprintf(stderr, "strata export: warning: %s\n", warning)
	}
	out, err := outfile.Create(c.Out)
	if err != nil {
		return err
	}
	defer out.Discard()
	if err := export.Write(ctx, out, opened.Images[0].Layers); err != nil {
		if c.Image != "" {
			err = fmt.Errorf("%s: %w", c.Image, err)
		}
		return err
	}
	return out.Commit()
}
