package remotecache

import (
	"context"
	"io"
	"time"

	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/netretry"
)

// attempt asks for a blob once. It, and what it returns, end when nothing
// happens for too long.
func (c *Client) attempt(ctx context.Context, d cas.Digest, offset int64) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	answer := &netretry.TimeoutError{What: "no answer", After: c.timeouts.Answer}
	timer := time.AfterFunc(answer.After, func() { cancel(answer) })
	stream, err := c.from.open(ctx, d, offset)
	timer.Stop()
	if err != nil {
		defer cancel(nil)
		return nil, netretry.Cause(ctx, err)
	}
	return netretry.Body(ctx, cancel, stream, &netretry.TimeoutError{What: "no progress", After: c.timeouts.Stall}), nil
}
