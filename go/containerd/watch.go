package containerd

import (
	"context"
	"fmt"
	"strings"
	"time"

	versionapi "github.com/containerd/containerd/api/services/version/v1"
	"google.golang.org/protobuf/types/known/emptypb"
)

// silence is the error when containerd accepts what is sent and does not answer
// for some time.
func silence(limit time.Duration) error {
	return fmt.Errorf("no answer for %s: see whether its disk still works, or restart it, and load again", limit)
}

// version asks for containerd's version, which needs no work.
func (c *Client) version(ctx context.Context) (string, error) {
	// A deadline would be told to containerd, which could be first to end the
	// request.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer time.AfterFunc(c.pingTimeout, func() { cancel(silence(c.pingTimeout)) }).Stop()
	reply, err := versionapi.NewVersionClient(c.conn).Version(ctx, &emptypb.Empty{})
	if err != nil {
		return "", err
	}
	return strings.TrimPrefix(reply.Version, "v"), nil
}

// watched is a context for a request that watch ends. stop is for the end of
// the request.
func (c *Client) watched(ctx context.Context) (watched context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	unwatch := c.watch(ctx, cancel)
	return ctx, func() {
		unwatch()
		cancel(nil)
	}
}

// watch ends a request when containerd is stuck: when for some time it answers
// neither the request nor, then, what its version is. A request may take any
// time as long as containerd is alive: it may unpack a large layer, collect
// garbage, or wait for its disk. stop ends the watch.
func (c *Client) watch(ctx context.Context, end context.CancelCauseFunc) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	timer := time.AfterFunc(c.patience, func() {
		for {
			if _, err := c.version(ctx); ctx.Err() != nil {
				return
			} else if err != nil {
				end(silence(c.patience))
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(c.patience):
			}
		}
	})
	return func() {
		timer.Stop()
		cancel()
	}
}
