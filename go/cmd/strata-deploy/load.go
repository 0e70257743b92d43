package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/engine"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/progress"
)

type loadCmd struct {
	Quiet bool `short:"q" help:"Print only the loaded image's names."`
	engineFlag
	tagFlag
	cacheFlags
}

func (c *loadCmd) Run(ctx context.Context, img *imagefile.Image, std *streams) (err error) {
	if err := c.apply(img); err != nil {
		return err
	}
	to, err := c.find(ctx, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	loaded, err := load(ctx, to, img, std, c.Quiet)
	if err != nil {
		return err
	}
	return printLoaded(std.out, loaded)
}

// load brings the image to an engine, and says on stderr what was sent.
func load(ctx context.Context, to engine.Engine, img *imagefile.Image, std *streams, quiet bool) (engine.Loaded, error) {
	var shown io.Writer
	if !quiet {
		shown = std.err
	}
	p := progress.New(shown)
	loaded, err := to.Load(ctx, img.Archive(), p)
	if err == nil && !quiet {
		fmt.Fprintf(std.err, "%s to %s\n", p.Summary(), to)
	}
	return loaded, err
}

// printLoaded prints what docker load prints.
func printLoaded(w io.Writer, loaded engine.Loaded) error {
	for _, name := range loaded.Names {
		if _, err := fmt.Fprintf(w, "Loaded image: %s\n", name); err != nil {
			return err
		}
	}
	return nil
}
