package main

import (
	"context"

	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// archiveCmd is "strata archive".
type archiveCmd struct {
	Image      string `required:"" placeholder:"FILE" help:"Records that describe the image, with paths from the working directory on."`
	Compressor string `required:"" enum:"none,gz,zstd" placeholder:"NAME" help:"none, gz or zstd, for the archive; the layers in it are not compressed."`
	Out        string `required:"" placeholder:"FILE" help:"Where the archive goes."`
}

// compressors are the kinds by the names that dockerTools has for them.
var compressors = map[string]compress.Kind{"none": compress.None, "gz": compress.Gzip, "zstd": compress.Zstd}

// Help describes the step.
func (archiveCmd) Help() string {
	return "Writes an image as a docker archive, the tar that docker load reads."
}

// Run writes the archive as a stream.
func (c *archiveCmd) Run() error {
	img, err := imagefile.OpenRecords(c.Image)
	if err != nil {
		return err
	}
	defer img.Close()
	out, err := outfile.Create(c.Out)
	if err != nil {
		return err
	}
	defer out.Discard()
	w, err := compress.NewWriter(out, compressors[c.Compressor])
	if err != nil {
		return err
	}
	if err := img.WriteArchive(context.Background(), w); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return out.Commit()
}
