package endpoint

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	// patience is how long nothing may happen in a request until it is looked
	// whether the engine is alive.
	patience = time.Minute
	// pingTimeout is how long an engine may take to answer what needs no work.
	pingTimeout = 30 * time.Second
	// maxStalls is how often in a row an engine that is alive may be found not
	// to have taken a byte.
	maxStalls = 5
)

// Watchdog makes HTTP requests to an engine, and ends those to one that is
// stuck. If for some time the engine takes nothing of what is sent, or does not
// answer, it is asked for another thing, on another connection: the path /_ping,
// which needs no work. The request ends, with a *StuckError, if that has no
// answer, or if the engine has taken nothing for much longer. An engine that is
// alive may take any time to answer: it may be unpacking a large layer.
//
// A ping that no connection could be made for says nothing of the engine, unless
// its socket or port is closed: that of the request may do well. The request
// ends after some of them in a row.
//
// While this side makes what is to be sent, and while an answer is not read,
// nobody waits for the engine.
type Watchdog struct {
	// Endpoint is where the engine is.
	Endpoint *Endpoint
	// Next makes the requests.
	Next http.RoundTripper
	// Patience is how long nothing may happen until it is looked whether the
	// engine is alive. 0 is a minute.
	Patience time.Duration
	// PingTimeout is how long it may take to show that. 0 is 30 seconds.
	PingTimeout time.Duration
	// MaxStalls is how often in a row an engine that is alive may be found not to
	// have taken a byte, and how many pings in a row may have no connection. 0 is
	// 5 times.
	MaxStalls int
}

// CloseIdleConnections closes those of Next, if it has any.
func (w *Watchdog) CloseIdleConnections() {
	if next, ok := w.Next.(interface{ CloseIdleConnections() }); ok {
		next.CloseIdleConnections()
	}
}

func (w *Watchdog) patience() time.Duration { return cmp.Or(w.Patience, patience) }

// RoundTrip is that of http.RoundTripper. A cause of the request's context that
// is a *StuckError is returned as it is.
func (w *Watchdog) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	watch := &watch{dog: w, ctx: ctx, cancel: cancel}
	req = req.WithContext(ctx)
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = &watchedRequest{req.Body, watch}
		if get := req.GetBody; get != nil {
			req.GetBody = func() (io.ReadCloser, error) {
				body, err := get()
				return &watchedRequest{body, watch}, err
			}
		}
	}
	watch.begin(answering)
	resp, err := w.Next.RoundTrip(req)
	watch.answered()
	if err != nil {
		defer cancel(nil)
		return nil, stuckOr(ctx, err)
	}
	resp.Body = &watchedAnswer{resp.Body, watch}
	return resp, nil
}

// stuckOr is what a watchdog ended a context with, else err.
func stuckOr(ctx context.Context, err error) error {
	if stuck, ok := context.Cause(ctx).(*StuckError); ok {
		return stuck
	}
	return err
}

// waiting is what a request waits for.
type waiting int

const (
	nothing waiting = iota
	taking          // the engine takes what was sent
	answering
)

// watch is a watchdog's eye on one request.
type watch struct {
	dog    *Watchdog
	ctx    context.Context
	cancel context.CancelCauseFunc

	mu     sync.Mutex
	timer  *time.Timer
	waits  waiting
	turn   int  // counts what happened
	stalls int  // how often it was looked in this turn
	misses int  // how many of the last pings had no connection
	got    bool // an answer: what becomes of the request's body no longer matters
}

// begin notes that something happened, and what is waited for now.
func (w *watch) begin(what waiting) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.set(what)
}

func (w *watch) set(what waiting) {
	w.waits, w.stalls, w.misses = what, 0, 0
	w.turn++
	w.arm()
}

// arm starts the time anew.
func (w *watch) arm() {
	if w.timer != nil {
		w.timer.Stop()
	}
	if w.waits != nothing {
		turn := w.turn
		w.timer = time.AfterFunc(w.dog.patience(), func() { w.look(turn) })
	}
}

// sending is begin as long as there is no answer.
func (w *watch) sending(what waiting) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.got {
		w.set(what)
	}
}

func (w *watch) answered() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got = true
	w.set(nothing)
}

// look finds out whether the engine is alive after nothing happened for some
// time, and ends the request if it is not.
func (w *watch) look(turn int) {
	err := w.dog.ping(w.ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	if turn != w.turn || w.ctx.Err() != nil {
		return
	}
	w.stalls++
	after := time.Duration(w.stalls) * w.dog.patience()
	reason := fmt.Sprintf("it sent no answer for %v", after)
	if w.waits == taking {
		reason = fmt.Sprintf("it took nothing of what was sent for %v", after)
	}
	limit := cmp.Or(w.dog.MaxStalls, maxStalls)
	var missed *missedError
	isMiss := errors.As(err, &missed)
	if isMiss {
		w.misses++
	} else {
		w.misses = 0
	}
	switch {
	case err != nil && !isMiss:
		w.cancel(w.dog.Endpoint.Stuck(reason+", nor does it answer a ping", err))
	case isMiss && (w.misses >= limit || w.waits == taking && w.stalls >= limit):
		w.cancel(w.dog.Endpoint.Stuck(reason+", nor can a connection be made for a ping", missed.err))
	case w.waits == taking && w.stalls >= limit:
		w.cancel(w.dog.Endpoint.Stuck(reason+", although it answers pings", nil))
	default:
		w.arm()
	}
}

// watchedRequest is a request's body. While it is read, what makes it works.
type watchedRequest struct {
	io.ReadCloser
	watch *watch
}

func (b *watchedRequest) Read(p []byte) (int, error) {
	b.watch.sending(nothing)
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.watch.sending(answering)
	} else {
		b.watch.sending(taking)
	}
	return n, err
}

// watchedAnswer is an answer's body.
type watchedAnswer struct {
	io.ReadCloser
	watch *watch
}

func (b *watchedAnswer) Read(p []byte) (int, error) {
	b.watch.begin(answering)
	n, err := b.ReadCloser.Read(p)
	b.watch.begin(nothing)
	if err != nil && err != io.EOF {
		err = stuckOr(b.watch.ctx, err)
	}
	return n, err
}

func (b *watchedAnswer) Close() error {
	err := b.ReadCloser.Close()
	b.watch.cancel(nil)
	return err
}
