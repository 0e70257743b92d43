package registry

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

// watch ends requests in which nothing happens.
type watch struct {
	next     http.RoundTripper
	timeouts Timeouts
}

func (w *watch) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	d := &watchdog{cancel: cancel}
	answer := &TimeoutError{"no answer", w.timeouts.Headers}
	if isCommit(req) {
		answer.After = w.timeouts.Commit
	}
	stall := &TimeoutError{"no progress", w.timeouts.Stall}
	req = req.WithContext(ctx)
	if req.Body != nil && req.Body != http.NoBody {
		watched := func(body io.ReadCloser) io.ReadCloser {
			return &watchedRequest{ReadCloser: body, dog: d, stall: stall, answer: answer}
		}
		req.Body = watched(req.Body)
		if get := req.GetBody; get != nil {
			req.GetBody = func() (io.ReadCloser, error) {
				body, err := get()
				if err != nil {
					return nil, err
				}
				return watched(body), nil
			}
		}
	}
	d.start(answer)
	resp, err := w.next.RoundTrip(req)
	d.answered()
	if err != nil {
		defer cancel(nil)
		if late, ok := context.Cause(ctx).(*TimeoutError); ok {
			return nil, late
		}
		return nil, err
	}
	resp.Body = &watchedResponse{ReadCloser: resp.Body, dog: d, stall: stall, ctx: ctx}
	return resp, nil
}

// watchdog cancels a request unless it is fed in time.
type watchdog struct {
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	timer *time.Timer
	got   bool // an answer: what becomes of the request's body no longer matters
}

func (d *watchdog) start(e *TimeoutError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.set(e)
}

func (d *watchdog) stop() { d.start(nil) }

// sending is start, or with nil stop, as long as there is no answer.
func (d *watchdog) sending(e *TimeoutError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.got {
		d.set(e)
	}
}

func (d *watchdog) answered() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.got = true
	d.set(nil)
}

func (d *watchdog) set(e *TimeoutError) {
	if d.timer != nil {
		d.timer.Stop()
	}
	if e != nil {
		d.timer = time.AfterFunc(e.After, func() { d.cancel(e) })
	}
}

// watchedRequest is a request's body. While it is read, what makes it works,
// not the network, and may take its time.
type watchedRequest struct {
	io.ReadCloser
	dog           *watchdog
	stall, answer *TimeoutError
}

func (b *watchedRequest) Read(p []byte) (int, error) {
	b.dog.sending(nil)
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.dog.sending(b.answer)
	} else {
		b.dog.sending(b.stall)
	}
	return n, err
}

// watchedResponse is an answer's body. While it is not read, nobody waits.
type watchedResponse struct {
	io.ReadCloser
	dog   *watchdog
	stall *TimeoutError
	ctx   context.Context
}

func (b *watchedResponse) Read(p []byte) (int, error) {
	b.dog.start(b.stall)
	n, err := b.ReadCloser.Read(p)
	b.dog.stop()
	if late, ok := context.Cause(b.ctx).(*TimeoutError); ok && err != nil && err != io.EOF {
		err = late
	}
	return n, err
}

func (b *watchedResponse) Close() error {
	err := b.ReadCloser.Close()
	b.dog.cancel(nil)
	return err
}
