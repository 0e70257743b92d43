package main

import "github.com/rules-strata/rules_strata/go/narimport"

// narCmd is "strata nar".
type narCmd struct {
	narimport.Flags
	File string `required:"" placeholder:"FILE" help:"The compressed NAR, as the cache has it."`
	Out  string `required:"" placeholder:"FILE" help:"Where the NAR goes."`
}

// Help describes the step.
func (narCmd) Help() string {
	return "Decompresses a NAR of a Nix binary cache, and checks that it is the object that the flags describe, and that the description is signed or made from the content."
}

// Run writes the NAR, or nothing.
func (c *narCmd) Run() error {
	object, err := c.Object()
	if err != nil {
		return err
	}
	if err := narimport.File(c.Out, c.File, object, c.TrustedPublicKey); err != nil {
		return err
	}
	return c.WriteInfo(object)
}
