package netretry

import (
	"context"
	"fmt"
	"io"
	"time"
)

// TimeoutError says that nothing happened for too long.
type TimeoutError struct {
	// What did not happen: "no answer", "no progress".
	What  string
	After time.Duration
}

func (e *TimeoutError) Error() string { return fmt.Sprintf("%s for %s", e.What, e.After) }

// Timeout is true, as for a net.Error.
func (e *TimeoutError) Timeout() bool { return true }

// Cause is the timeout that a context was cancelled with, or else the error.
func Cause(ctx context.Context, err error) error {
	if late, ok := context.Cause(ctx).(*TimeoutError); ok {
		return late
	}
	return err
}

// Body is the body of an answer to a request with the context. A read of it
// that brings nothing for as long as stall says cancels the context. While it
// is not read, nobody waits.
func Body(ctx context.Context, cancel context.CancelCauseFunc, body io.ReadCloser, stall *TimeoutError) io.ReadCloser {
	return &watched{body, ctx, cancel, stall}
}

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
		err = Cause(w.ctx, err)
	}
	return n, err
}

// Close ends the request, too.
func (w *watched) Close() error {
	defer w.cancel(nil)
	return w.ReadCloser.Close()
}
