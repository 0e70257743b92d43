package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/imagefile"
)

type streamCmd struct {
	Quiet bool `short:"q" help:"Say nothing while it works."`
	tagFlag
	cacheFlags
}

func (c *streamCmd) Run(ctx context.Context, img *imagefile.Image, std *streams) error {
	if err := c.apply(img); err != nil {
		return err
	}
	if isTerminal(std.out) {
		return errors.New("the archive is not for a terminal: send it to a file or to docker load: `… | docker load`")
	}
	return img.WriteArchive(ctx, std.out, announced(std, c.Quiet))
}

// announced says on stderr which layer is being written.
func announced(std *streams, quiet bool) archive.Option {
	return archive.WithProgress(func(p archive.Progress) {
		if !quiet {
			fmt.Fprintf(std.err, "layer %d of %d: %s\n", p.Layer, p.Layers, p.Describe)
		}
	})
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
