package main

import (
	"context"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/nixlock"
)

type updateCmd struct {
	lockFlag
	Cache []string `sep:"none" placeholder:"URL" help:"A binary cache (repeatable), in place of those of the lock."`
	Key   []string `sep:"none" placeholder:"NAME:BASE64" help:"A public key that is trusted (repeatable), in place of those of the lock."`
	quietFlag
}

// Help describes the command.
func (updateCmd) Help() string {
	return "The packages keep their store paths: give a package another one with add."
}

func (c *updateCmd) Run(ctx context.Context, std *command.Streams) error {
	old, err := nixlock.ReadPackages(command.FromWorkingDirectory(c.Lock))
	if err != nil {
		return err
	}
	caches, keys := old.Caches, old.TrustedPublicKeys
	if len(c.Cache) > 0 {
		caches = c.Cache
	}
	if len(c.Key) > 0 {
		keys = c.Key
	}
	l := nixlock.New(old.StoreDir, caches, keys)
	l.Schema, l.Packages = old.Schema, old.Packages
	err = c.work(std, func(r *nixlock.Resolver) error { return r.Update(ctx, l) })
	if err == nil {
		err = c.write(l)
	}
	if err == nil {
		c.summarise(std, l)
	}
	return err
}
