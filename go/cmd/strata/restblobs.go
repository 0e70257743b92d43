package main

import (
	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/layerflags"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/objectset"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// restBlobsCmd is "strata rest-blobs".
type restBlobsCmd struct {
	Plan         string        `required:"" placeholder:"FILE" help:"plan.json."`
	Objects      string        `required:"" placeholder:"FILE" help:"The objects that the plan may name: a parameter file of records, see docs/design/formats.md."`
	Compression  compress.Kind `required:"" placeholder:"KIND" help:"gzip, zstd or none."`
	Out          string        `placeholder:"DIR" help:"Directory of the blobs to write, files named by the hexadecimal digits of their digests. Without: only the descriptors are written."`
	Descriptors  string        `required:"" placeholder:"FILE" help:"Descriptors of the blobs to write."`
	UnusedInputs string        `placeholder:"FILE" help:"Where the inputs that were not read are listed, one path a line."`
	layerflags.Flags
}

// Help describes the step.
func (restBlobsCmd) Help() string {
	return "Writes the compressed layers that no single object has: those with several objects, and the one with whiteouts."
}

// Run writes the blobs, and then what describes them.
func (c *restBlobsCmd) Run() error {
	plan, err := layering.ReadPlan(c.Plan)
	if err != nil {
		return err
	}
	set, err := objectset.Read(c.Objects)
	if err != nil {
		return err
	}
	dir, err := blobFolder(c.Out)
	if err != nil {
		return err
	}
	defer dir.discard()
	blobs, err := blob.WriteShared(dir.Dir, plan, set, c.Options(), c.Compression)
	if err != nil {
		return err
	}
	if c.UnusedInputs != "" {
		unused := set.InputsExcept(sharing(plan))
		if err := outfile.Write(c.UnusedInputs, []byte(lines(unused))); err != nil {
			return err
		}
	}
	if err := blob.WriteDescriptors(c.Descriptors, blobs); err != nil {
		return err
	}
	return dir.commit()
}
