package daemon

import (
	"context"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/engine"
	"github.com/rules-strata/rules_strata/go/progress"
)

// Engine is the daemon as one of the engines that images are loaded into. Its
// Load sends what the daemon lacks. Closing it closes the client.
func (c *Client) Engine() engine.Engine { return dockerEngine{c} }

type dockerEngine struct{ client *Client }

func (e dockerEngine) String() string { return "Docker at " + e.client.Host() }

func (e dockerEngine) Load(ctx context.Context, img archive.Image, p *progress.Reporter) (engine.Loaded, error) {
	return e.client.LoadMissing(ctx, img, p)
}

func (e dockerEngine) Run(ctx context.Context, o engine.RunOptions) (int, error) {
	return e.client.Run(ctx, RunOptions{
		Image: o.Image, ID: o.ID, Args: o.Args, Network: o.Network,
		Stdin: o.Stdin, Stdout: o.Stdout, Stderr: o.Stderr,
	})
}

func (e dockerEngine) Close() error {
	e.client.Close()
	return nil
}
