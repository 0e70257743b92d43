package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/rules-strata/rules_strata/go/daemon"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/imagefile"
)

type loadCmd struct {
	Quiet bool `short:"q" help:"Print only the loaded image's name."`
	tagFlag
}

func (c *loadCmd) Run(ctx context.Context, img *imagefile.Image, std *streams) error {
	if err := c.apply(img); err != nil {
		return err
	}
	client, err := reachable(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	return load(ctx, client, img, std, c.Quiet)
}

// load streams the image into Docker, checks that it arrived, and prints what
// docker load prints.
func load(ctx context.Context, client *daemon.Client, img *imagefile.Image, std *streams, quiet bool) error {
	r, w := io.Pipe()
	written := make(chan error, 1)
	go func() {
		err := img.WriteArchive(ctx, w, progress(std, quiet))
		w.CloseWithError(err)
		written <- err
	}()
	_, err := client.Load(ctx, r)
	r.CloseWithError(errors.New("the daemon stopped reading"))
	if writeErr := <-written; writeErr != nil && err != nil {
		// The archive's own error says why the daemon got no whole image.
		return fmt.Errorf("%w (%w)", writeErr, err)
	}
	if err != nil {
		return err
	}
	if err := checkLoaded(ctx, client, img); err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "Loaded image: %s\n", img.Ref())
	return err
}

// checkLoaded makes sure that the name now means this image. A daemon with the
// containerd store gives an image the ID of its manifest, which the archive
// does not determine, so only the layers can be compared there.
func checkLoaded(ctx context.Context, client *daemon.Client, img *imagefile.Image) error {
	loaded, err := client.InspectImage(ctx, img.Ref())
	if err != nil {
		return fmt.Errorf("%s is not there after loading: %w", img.Ref(), err)
	}
	if want := image.ID(img.Config); loaded.ID != want && !slices.Equal(loaded.DiffIDs, img.DiffIDs()) {
		return fmt.Errorf("%s is %s after loading, want %s: something else loaded that name; load again", img.Ref(), loaded.ID, want)
	}
	return nil
}

// reachable is a client of a daemon that answers.
func reachable(ctx context.Context) (*daemon.Client, error) {
	client, err := daemon.FromEnvironment()
	if err != nil {
		return nil, err
	}
	if _, err := client.Ping(ctx); err != nil {
		client.Close()
		return nil, err
	}
	return client, nil
}
