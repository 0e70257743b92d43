package endpoint

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptrace"
	"syscall"
)

// maxPong is how much of the answer to a ping is read, in bytes. A connection
// whose answer was read to its end is there for the next ping.
const maxPong = 4 << 10

// missedError says that a ping had no connection.
type missedError struct{ err error }

func (e *missedError) Error() string { return e.err.Error() }

func (e *missedError) Unwrap() error { return e.err }

// ping asks the engine for what needs no work. Whatever it answers, it is
// alive. The error is a *missedError if the engine may be alive nevertheless.
func (w *Watchdog) ping(ctx context.Context) error {
	limit := cmp.Or(w.PingTimeout, pingTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("no answer for %v", limit))
	defer cancel()
	var conn net.Conn
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { conn = nil }, // again after an idle one was found closed
		GotConn: func(info httptrace.GotConnInfo) { conn = info.Conn },
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.Endpoint.BaseURL()+"/_ping", nil)
	if err != nil {
		return err
	}
	resp, err := w.Next.RoundTrip(req)
	if err == nil {
		_, _ = io.CopyN(io.Discard, resp.Body, maxPong)
		_ = resp.Body.Close()
		return nil
	}
	missed := !isConnected(conn) && !w.isClosed(err)
	var gone *NotRunningError
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case errors.As(err, &gone):
		err = gone.Err
	}
	if missed {
		return &missedError{err}
	}
	return err
}

// isConnected says whether conn, which may be nil, reaches the far side. That an
// ssh program runs says nothing of that: it may wait for a key, or for the
// network.
func isConnected(conn net.Conn) bool {
	if c, ok := conn.(*sshConn); ok {
		return c.heard.Load()
	}
	return conn != nil
}

// isClosed says whether nobody listens at the engine's own socket or port.
func (w *Watchdog) isClosed(err error) bool {
	var gone *NotRunningError
	return w.Endpoint.ssh == nil && errors.As(err, &gone) &&
		(errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, fs.ErrNotExist))
}
