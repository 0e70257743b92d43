package main

import (
	"context"
	"fmt"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/nixlock"
)

type verifyCmd struct {
	lockFlag
	Online bool `help:"Ask the caches, too: that they have every object as it is in the lock, and its file."`
	quietFlag
}

func (c *verifyCmd) Run(ctx context.Context, std *command.Streams) error {
	l, err := c.read()
	if err != nil {
		return err
	}
	if err := l.Verify(); err != nil {
		return fmt.Errorf("%s: %w", c.Lock, err)
	}
	if c.Online {
		if err := c.work(std, func(r *nixlock.Resolver) error { return r.Compare(ctx, l) }); err != nil {
			return fmt.Errorf("%s: %w", c.Lock, err)
		}
	}
	c.summarise(std, l)
	return nil
}
