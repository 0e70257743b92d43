package main

import (
	"context"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/narimport"
	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/nixcache"
	"github.com/rules-strata/rules_strata/go/nixlock"
)

type fetchCmd struct {
	URL      []string     `required:"" sep:"none" placeholder:"URL" help:"Where the object's file is (repeatable): the first that has it wins."`
	Cache    []string     `sep:"none" placeholder:"URL" help:"A cache whose server may get the login that the netrc file has for it (repeatable); without, no login is sent."`
	FileHash narinfo.Hash `required:"" placeholder:"HASH" help:"SHA-256 of the file: sha256-BASE64."`
	Out      string       `required:"" placeholder:"FILE" help:"Where to write the NAR."`
	narimport.Flags
}

func (c *fetchCmd) Run(ctx context.Context) error {
	info, err := c.Object()
	if err != nil {
		return err
	}
	info.FileHash = c.FileHash
	client := newClient(nixcache.WithCaches(c.Cache...))
	defer client.Close()
	if c.InfoOut != "" {
		c.InfoOut = command.FromWorkingDirectory(c.InfoOut)
	}
	if err := nixlock.Fetch(ctx, client, c.URL, command.FromWorkingDirectory(c.Out), info, c.TrustedPublicKey); err != nil {
		return err
	}
	return c.WriteInfo(info)
}
