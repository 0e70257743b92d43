package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/rules-strata/rules_strata/go/baseimage"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/merge"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// mergeCmd is "strata merge".
type mergeCmd struct {
	Label        []string `sep:"none" placeholder:"TEXT" help:"Where the images are from, for messages. One for each --from."`
	From         []string `sep:"none" placeholder:"KIND:FILE" help:"image:FILE, records that describe an image of ours, with paths from the working directory on; or archive:FILE, a docker archive or an OCI layout, compressed or not, or the directory of a layout, of which all images are taken. One for each --label, in the same order."`
	OS           string   `name:"os" default:"linux" help:"GOOS that chooses in an image index."`
	Architecture string   `help:"GOARCH that chooses in an image index."`
	Compressor   string   `required:"" enum:"none,gz,zstd" placeholder:"NAME" help:"none, gz or zstd, for the archive; the layers in it are not compressed."`
	Out          string   `required:"" placeholder:"FILE" help:"Where the archive goes."`
}

// Help describes the step.
func (mergeCmd) Help() string {
	return "Writes several images as one docker archive, the tar that docker load reads. A layer that several of them have is in it once."
}

// Run writes the archive as a stream.
func (c *mergeCmd) Run(stderr io.Writer) error {
	ctx := context.Background()
	sources, err := c.sources()
	if err != nil {
		return err
	}
	images, err := merge.Open(ctx, sources)
	if err != nil {
		return err
	}
	defer images.Close()
	for _, warning := range images.Warnings {
		fmt.Fprintf(stderr, "strata merge: warning: %s\n", warning)
	}
	out, err := outfile.Create(c.Out)
	if err != nil {
		return err
	}
	defer out.Discard()
	w, err := compress.NewWriter(out, compressors[c.Compressor])
	if err != nil {
		return err
	}
	if err := images.WriteArchive(ctx, w); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return out.Commit()
}

func (c *mergeCmd) sources() ([]merge.Source, error) {
	if len(c.From) == 0 || len(c.From) != len(c.Label) {
		return nil, fmt.Errorf("%d times --label and %d times --from: give each once for each source of images", len(c.Label), len(c.From))
	}
	sources := make([]merge.Source, len(c.From))
	for i, from := range c.From {
		s := &sources[i]
		s.Label = c.Label[i]
		s.Selection = baseimage.Selection{OS: c.OS, Architecture: c.Architecture}
		kind, file, _ := strings.Cut(from, ":")
		switch {
		case file == "":
			return nil, fmt.Errorf("--from %q: it names no file", from)
		case kind == "image":
			s.Records = file
		case kind == "archive":
			s.Archive = file
		default:
			return nil, errors.New("--from " + from + ": want image:FILE or archive:FILE")
		}
	}
	return sources, nil
}
