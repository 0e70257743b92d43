package main

import (
	"context"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/nixlock"
)

type addCmd struct {
	lockFlag
	Cache []string `sep:"none" placeholder:"URL" help:"One more binary cache (repeatable): it is asked after those of the lock."`
	Key   []string `sep:"none" placeholder:"NAME:BASE64" help:"One more public key that is trusted (repeatable)."`
	packageFlags
	quietFlag
}

// Help describes the command.
func (addCmd) Help() string {
	return "NAME=PACKAGE takes the place of the package of that name and system. A package that is locked for any system cannot have one beside it: lock it again with --system. Objects that the lock has already stay as they are, and so do the systems of a package that has its store path already."
}

func (c *addCmd) Run(ctx context.Context, std *command.Streams) error {
	old, err := c.read()
	if err != nil {
		return err
	}
	l := nixlock.New(old.StoreDir, append(old.Caches, c.Cache...), append(old.TrustedPublicKeys, c.Key...))
	l.Schema, l.Objects, l.Packages = old.Schema, old.Objects, old.Packages
	packages, err := c.resolve(ctx, l.StoreDir, std)
	if err != nil {
		return err
	}
	err = c.work(std, func(r *nixlock.Resolver) error { return r.Add(ctx, l, packages) })
	if err == nil {
		err = c.write(l)
	}
	if err == nil {
		c.summarise(std, l)
	}
	return err
}
