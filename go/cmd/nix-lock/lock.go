package main

import (
	"context"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/nixlock"
	"github.com/rules-strata/rules_strata/go/outfile"
)

type lockCmd struct {
	Cache    []string `required:"" sep:"none" placeholder:"URL" help:"A binary cache (repeatable). The first that has an object, signed by a trusted key or content-addressed, wins."`
	Key      []string `sep:"none" placeholder:"NAME:BASE64" help:"A public key that is trusted (repeatable). Needed unless all objects are content-addressed."`
	StoreDir string   `default:"/nix/store" placeholder:"FOLDER" help:"The store directory (default: /nix/store)."`
	Out      string   `placeholder:"FILE" help:"Where to write the lock (default: standard output)."`
	packageFlags
	quietFlag
}

func (c *lockCmd) Run(ctx context.Context, std *command.Streams) error {
	l := nixlock.New(c.StoreDir, c.Cache, c.Key)
	packages, err := c.resolve(ctx, l.StoreDir, std)
	if err != nil {
		return err
	}
	err = c.work(std, func(r *nixlock.Resolver) error { return r.Add(ctx, l, packages) })
	if err != nil {
		return err
	}
	data, err := l.Marshal()
	if err != nil {
		return err
	}
	if c.Out != "" {
		err = outfile.Write(command.FromWorkingDirectory(c.Out), data)
	} else {
		_, err = std.Out.Write(data)
	}
	if err == nil {
		c.summarise(std, l)
	}
	return err
}
