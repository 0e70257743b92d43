package nixcache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"
)

// maxRedirects is how many redirects of one request are followed.
const maxRedirects = 10

type redirectError struct{ string }

func (e *redirectError) Error() string { return e.string }

// checkRedirect keeps the login from every server but the one that it is for:
// net/http by itself passes it on to other ports and to subdomains.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return &redirectError{fmt.Sprintf("redirected more than %d times", maxRedirects)}
	}
	if req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return &redirectError{fmt.Sprintf("redirected to %s://, want http or https", req.URL.Scheme)}
	}
	if req.URL.User != nil {
		return &redirectError{"redirected to a URL with a login in it"}
	}
	for _, r := range append(via[1:len(via):len(via)], req) {
		if r.URL.Scheme != via[0].URL.Scheme || r.URL.Host != via[0].URL.Host {
			req.Header.Del("Authorization")
		}
	}
	return nil
}

// answer is the body of a successful answer. It fails when no bytes come for
// too long, or too few. Close ends the request.
type answer struct {
	*http.Response
	idle   *time.Timer
	limit  time.Duration
	speed  speed
	ctx    context.Context
	cancel context.CancelCauseFunc
}

// request makes one request and returns a successful answer: from the offset
// on, when the server can do that (206), or from the beginning (200).
func (c *Client) request(ctx context.Context, method string, at location, offset int64, etag string) (*answer, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	resp, err := c.send(ctx, method, at, offset, etag)
	if err != nil {
		cancel(nil)
		return nil, failed(withoutText(err))
	}
	idle := fmt.Errorf("no bytes for %s", c.timeouts.Idle)
	timer := time.AfterFunc(c.timeouts.Idle, func() { cancel(idle) })
	timer.Stop() // until somebody waits
	a := &answer{Response: resp, idle: timer, limit: c.timeouts.Idle, speed: speed{now: c.now}, ctx: ctx, cancel: cancel}
	if err := c.judge(resp, at, offset); err != nil {
		a.drain()
		a.Close()
		return nil, err
	}
	return a, nil
}

func (c *Client) send(ctx context.Context, method string, at location, offset int64, etag string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, at.url.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "rules_strata")
	if login, ok := c.logins[at.url.Hostname()]; ok && at.login {
		req.SetBasicAuth(login.user, login.password)
	}
	if offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
		if etag != "" {
			req.Header.Set("If-Range", etag)
		}
	}
	return c.http.Do(req)
}

// drain reads what a server says beside an error, if it is little, so that the
// connection can be used again.
func (a *answer) drain() {
	if a.ContentLength <= 4<<10 {
		_, _ = io.CopyN(io.Discard, a, a.ContentLength)
	}
}

// status is the answer's status, in words that do not come from the server.
func status(resp *http.Response) string {
	return fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
}

// judge says what is wrong with an answer.
func (c *Client) judge(resp *http.Response, at location, offset int64) error {
	switch code := resp.StatusCode; {
	case code == http.StatusNotFound, code == http.StatusGone:
		return ErrNotFound
	case code == http.StatusUnauthorized, code == http.StatusForbidden, code == http.StatusProxyAuthRequired:
		return c.accessError(resp, at)
	case code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code >= 500:
		return busy(resp)
	case code == http.StatusPartialContent && offset > 0:
		var first int64
		if _, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-", &first); err != nil || first != offset {
			return fmt.Errorf("asked for the bytes from %d on, got Content-Range %q", offset, resp.Header.Get("Content-Range"))
		}
	case code != http.StatusOK:
		return errors.New(status(resp))
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/html" || kind == "application/xhtml+xml" {
		return errHTML
	}
	return nil
}

func (a *answer) Read(p []byte) (int, error) {
	a.idle.Reset(a.limit)
	start := a.speed.now()
	n, err := a.Body.Read(p)
	a.idle.Stop()
	if slow := a.speed.add(n, a.speed.now().Sub(start)); err == nil {
		err = slow
	}
	if err != nil && err != io.EOF {
		if cause := context.Cause(a.ctx); cause != nil {
			err = cause
		}
		err = failed(err)
	}
	return n, err
}

func (a *answer) Close() error {
	a.idle.Stop()
	err := a.Body.Close()
	a.cancel(nil)
	return err
}
