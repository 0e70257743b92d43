package registry

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/rules-strata/rules_strata/go/netretry"
)

// watch ends requests in which nothing happens.
type watch struct {
	next     http.RoundTripper
	timeouts Timeouts
}

func (w *watch) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	d := &watchdog{cancel: cancel}
	answer := &netretry.TimeoutError{What: "no answer", After: w.timeouts.Headers}
	if isCommit(req) {
		answer.After = w.timeouts.Commit
	}
	stall := &netretry.TimeoutError{What: "no progress", After: w.timeouts.Stall}
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
		return nil, netretry.Cause(ctx, err)
	}
	resp.Body = netretry.Body(ctx, cancel, resp.Body, stall)
	return resp, nil
}

// watchdog cancels a request unless it is fed in time.
type watchdog struct {
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	timer *time.Timer
	got   bool // an answer: what becomes of the request's body no longer matters
}

func (d *watchdog) start(e *netretry.TimeoutError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.set(e)
}

// sending is start, or with nil stop, as long as there is no answer.
func (d *watchdog) sending(e *netretry.TimeoutError) {
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

func (d *watchdog) set(e *netretry.TimeoutError) {
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
	stall, answer *netretry.TimeoutError
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
