package remotecache

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/rules-strata/rules_strata/go/cas"
)

// TimeoutError says that nothing came for a time.
type TimeoutError struct {
	// What did not come: an answer, or more bytes.
	What  string
	After time.Duration
}

func (e *TimeoutError) Error() string { return fmt.Sprintf("%s for %s", e.What, e.After) }

// attempt asks for a blob once. It, and what it returns, end when nothing
// happens for too long.
func (c *Client) attempt(ctx context.Context, d cas.Digest, offset int64) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	answer := &TimeoutError{"no answer", c.timeouts.Answer}
	timer := time.AfterFunc(answer.After, func() { cancel(answer) })
	stream, err := c.from.open(ctx, d, offset)
	timer.Stop()
	if err != nil {
		defer cancel(nil)
		return nil, late(ctx, err)
	}
	return &watched{stream, ctx, cancel, &TimeoutError{"no progress", c.timeouts.Stall}}, nil
}

// late is the reason of an error, if that was a timeout.
func late(ctx context.Context, err error) error {
	if cause, ok := context.Cause(ctx).(*TimeoutError); ok {
		return cause
	}
	return err
}

// watched is what an attempt reads.
type watched struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	stall  *TimeoutError
}

func (w *watched) Read(p []byte) (int, error) {
	timer := time.AfterFunc(w.stall.After, func() { w.cancel(w.stall) })
	defer timer.Stop()
	n, err := w.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = late(w.ctx, err)
	}
	return n, err
}

func (w *watched) Close() error {
	w.cancel(nil)
	return w.ReadCloser.Close()
}
