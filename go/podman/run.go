package podman

import (
	"context"
	"fmt"

	"github.com/rules-strata/rules_strata/go/daemon"
	"github.com/rules-strata/rules_strata/go/engine"
)

// Run runs a container, as engine.Engine and daemon.Client.Run say. Short names
// mean what they mean to `podman run`.
func (e *Engine) Run(ctx context.Context, o engine.RunOptions) (status int, err error) {
	id := o.ID
	if id == "" {
		// Podman's Docker API would take a short name for one of Docker's.
		found, err := e.inspect(ctx, o.Image)
		if err != nil {
			return daemon.ExitNotStarted, fmt.Errorf("run image %s: %w", o.Image, err)
		}
		id = found.id
	}
	client := daemon.NewAt(e.endpoint)
	defer client.Close()
	return client.Run(ctx, daemon.RunOptions{
		Image: o.Image, ID: id, Args: o.Args, Network: o.Network,
		Stdin: o.Stdin, Stdout: o.Stdout, Stderr: o.Stderr,
	})
}
