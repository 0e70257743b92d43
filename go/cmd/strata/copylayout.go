package main

import (
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/outdir"
)

// copyLayoutCmd is "strata copy-layout".
type copyLayoutCmd struct {
	Layout string `required:"" placeholder:"DIR" help:"The OCI layout."`
	Out    string `required:"" placeholder:"DIR" help:"The copy to write."`
}

// Help describes the step.
func (copyLayoutCmd) Help() string {
	return "Copies an OCI layout byte for byte, checking its blobs against their digests."
}

// Run copies the layout.
func (c *copyLayoutCmd) Run() error {
	dir, err := outdir.Create(c.Out)
	if err != nil {
		return err
	}
	defer dir.Discard()
	if err := ocilayout.Copy(dir, c.Layout); err != nil {
		return err
	}
	return dir.Commit()
}
