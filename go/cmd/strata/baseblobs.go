package main

import (
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/baseimage"
	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/compress"
)

// baseBlobsCmd is "strata base-blobs".
type baseBlobsCmd struct {
	Image        string        `required:"" placeholder:"FILE" help:"The base image: a docker archive or an OCI layout, compressed or not, or the directory of a layout."`
	Name         string        `help:"Name of the image, where there are several. Counts only with --tag."`
	Tag          string        `help:"Tag of the image, where there are several. Counts only with --name."`
	OS           string        `name:"os" default:"linux" help:"GOOS that chooses in an image index."`
	Architecture string        `help:"GOARCH that chooses in an image index."`
	Compression  compress.Kind `required:"" placeholder:"KIND" help:"gzip, zstd or none, for layers that are not stored as blobs."`
	Out          string        `placeholder:"DIR" help:"Directory of the blobs to write, files named by the hexadecimal digits of their digests. Without: only the descriptors are written."`
	Descriptors  string        `required:"" placeholder:"FILE" help:"Descriptors of the blobs to write."`
}

// Help describes the step.
func (baseBlobsCmd) Help() string {
	return "Writes the blobs of a base image's layers: those of an OCI layout as they are, the layers of a docker archive compressed."
}

// Run writes the blobs, and then what describes them.
func (c *baseBlobsCmd) Run(stderr io.Writer) error {
	img, err := baseimage.Open(c.Image, baseimage.Selection{Name: c.Name, Tag: c.Tag, OS: c.OS, Architecture: c.Architecture})
	if err != nil {
		return err
	}
	defer img.Close()
	for _, warning := range img.Warnings {
		fmt.Fprintf(stderr, "strata base-blobs: warning: %s\n", warning)
	}
	dir, err := blobFolder(c.Out)
	if err != nil {
		return err
	}
	defer dir.discard()
	blobs, err := blob.WriteBase(dir.Dir, img, c.Compression)
	if err != nil {
		return err
	}
	if err := blob.WriteDescriptors(c.Descriptors, blobs); err != nil {
		return err
	}
	return dir.commit()
}
