package containerd

import (
	"context"
	"fmt"
	"strings"
	"time"

	versionapi "github.com/containerd/containerd/api/services/version/v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// stuckError says that containerd accepts connections and does nothing.
type stuckError struct {
	// reason says what it does not do, "no answer for 1m0s".
	reason string
	// err is how it failed to tell its version then. It may be nil.
	err error
}

func (e *stuckError) Error() string {
	reason := e.reason
	if e.err != nil {
		reason += ", nor does it tell its version (" + e.failure() + ")"
	}
	return reason + ": see whether its disk still works, or restart it, and load again"
}

// failure is err without what to do about it.
func (e *stuckError) failure() string {
	if late, ok := e.err.(*stuckError); ok {
		return late.reason
	}
	return status.Convert(e.err).Message()
}

func (e *stuckError) Unwrap() error { return e.err }

func noAnswer(limit time.Duration) string { return fmt.Sprintf("no answer for %s", limit) }

// version asks for containerd's version, which needs no work.
func (c *Client) version(ctx context.Context) (string, error) {
	// A deadline would be told to containerd, which could be first to end the
	// request.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer time.AfterFunc(c.pingTimeout, func() { cancel(&stuckError{reason: noAnswer(c.pingTimeout)}) }).Stop()
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
	unwatch := c.watch(ctx, cancel, forEver)
	return ctx, func() {
		unwatch()
		cancel(nil)
	}
}

// forEver is how often a request may be found without an answer if containerd
// may take any time for it, as long as it is alive: it may unpack a large layer,
// collect garbage, or wait for its disk.
const forEver = 0

// watch ends a request when containerd is stuck: when for some time it answers
// neither the request nor, then, what its version is, or when it tells its
// version, but was found without an answer to the request so often in a row.
// stop ends the watch.
func (c *Client) watch(ctx context.Context, end context.CancelCauseFunc, maxStalls int) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	timer := time.AfterFunc(c.patience, func() {
		for stalls := 1; ; stalls++ {
			_, err := c.version(ctx)
			after := time.Duration(stalls) * c.patience
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				end(&stuckError{noAnswer(after), err})
				return
			case stalls == maxStalls:
				end(&stuckError{reason: fmt.Sprintf("it took nothing of what was sent for %s, although it tells its version", after)})
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
