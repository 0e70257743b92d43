package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/layerflags"
	"github.com/rules-strata/rules_strata/go/objectsteps"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// blobCmd is "strata blob".
type blobCmd struct {
	Object      []command.Object `placeholder:"STORE_PATH=SOURCE" sep:"none" help:"Object of the layer (repeatable); SOURCE is FILE.nar, @MANIFEST, or @ and the records follow."`
	Tar         string           `placeholder:"FILE" help:"The layer's tar, instead of objects."`
	Metadata    string           `placeholder:"FILE" help:"layer.json of the layer: it is an error when the layer has another diff ID."`
	Compression compress.Kind    `placeholder:"KIND" required:"" help:"gzip, zstd or none."`
	Out         string           `placeholder:"FILE" help:"The blob to write. Without: only the descriptor is written."`
	Descriptor  string           `placeholder:"FILE" required:"" help:"Descriptor of the blob to write."`
	objectsteps.Manifest
	layerflags.Flags
}

// Help describes the step.
func (blobCmd) Help() string {
	return "Writes the compressed layer of store objects, or of a tar, and its descriptor."
}

// Run compresses the layer once and writes the outputs, all of them or none.
func (c *blobCmd) Run(ctx context.Context, in command.Folder) error {
	var out outfile.Group
	defer out.Discard()
	blobOut, descriptorOut := out.Create(in.At(c.Out)), out.Create(in.At(c.Descriptor))
	if out.Err != nil {
		return out.Err
	}
	d, err := c.write(ctx, in, blobOut)
	if err != nil {
		return err
	}
	if c.Metadata != "" {
		m, err := layer.ReadMetadata(in.At(c.Metadata))
		if err != nil {
			return err
		}
		if err := d.CheckDiffID(m.DiffID); err != nil {
			return fmt.Errorf("%s: %w", c.Metadata, err)
		}
	}
	data, err := jsonfile.Marshal(d)
	if err != nil {
		return err
	}
	if _, err := descriptorOut.Write(data); err != nil {
		return err
	}
	return out.Commit()
}

func (c *blobCmd) write(ctx context.Context, in command.Folder, w io.Writer) (blob.Descriptor, error) {
	if (c.Tar == "") == (len(c.Object) == 0) {
		return blob.Descriptor{}, errors.New("want either --object or --tar")
	}
	if c.Tar != "" {
		f, err := os.Open(in.At(c.Tar))
		if err != nil {
			return blob.Descriptor{}, err
		}
		defer f.Close()
		return blob.WriteFrom(w, c.Compression, f)
	}
	objects, closeAll, err := c.Open(ctx, in, c.Object)
	if err != nil {
		return blob.Descriptor{}, err
	}
	defer closeAll()
	return blob.Write(w, c.Compression, func(tar io.Writer) (string, error) {
		m, err := layer.Write(tar, objects, c.Options())
		return m.DiffID, err
	})
}
