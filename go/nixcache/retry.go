package nixcache

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// tries is how often a request is made before it fails for good.
const tries = 5

// maxRetryAfter is the longest that a server may ask to wait.
const maxRetryAfter = time.Minute

// transient is a failure that may be gone at the next try.
type transient struct {
	error
	after time.Duration // that the server wants to be left alone
}

func (t *transient) Unwrap() error { return t.error }

// hosts keeps the hosts that are to be left alone for a while: what one request
// learns is for all.
type hosts struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func (h *hosts) leave(host string, until time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.until == nil {
		h.until = map[string]time.Time{}
	}
	if until.After(h.until[host]) {
		h.until[host] = until
	}
}

// wait returns when the host may be asked again.
func (h *hosts) wait(ctx context.Context, host string) error {
	for {
		h.mu.Lock()
		d := time.Until(h.until[host])
		h.mu.Unlock()
		if d <= 0 {
			return ctx.Err()
		}
		timer := time.NewTimer(d)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// retry calls try until it succeeds or fails for good.
func (c *Client) retry(ctx context.Context, host string, try func() error) error {
	for n := 1; ; n++ {
		if err := c.hosts.wait(ctx, host); err != nil {
			return err
		}
		err := try()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var again *transient
		if !errors.As(err, &again) {
			return err
		}
		if n == tries {
			return fmt.Errorf("%w (tried %d times)", again.error, tries)
		}
		c.hosts.leave(host, time.Now().Add(c.pause(n, again.after)))
	}
}

// pause is how long to wait after the n-th try.
func (c *Client) pause(n int, after time.Duration) time.Duration {
	d := min(c.backoff.Base<<(n-1), c.backoff.Max)
	// Jitter: clients that failed together do not come back together.
	d = d/2 + rand.N(d/2+1)
	return max(d, after)
}

// failed classifies the error of a request that got no answer, or not all.
func failed(err error) error {
	var certificate *tls.CertificateVerificationError
	var name *net.DNSError
	var redirect *redirectError
	if errors.As(err, &certificate) || errors.As(err, &redirect) || errors.As(err, &name) && name.IsNotFound {
		return err
	}
	return &transient{error: err}
}

// busy classifies an answer that says that the server cannot answer now.
func busy(resp *http.Response) error {
	err := errors.New(status(resp))
	if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
		return &transient{error: err}
	}
	after := retryAfter(resp.Header.Get("Retry-After"))
	if after > maxRetryAfter {
		return fmt.Errorf("%w: the server wants to be left alone for %s: try again then", err, after.Round(time.Second))
	}
	return &transient{error: err, after: after}
}

// retryAfter reads a Retry-After header: seconds, or a date.
func retryAfter(value string) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return time.Duration(min(seconds, 1<<30)) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(date))
	}
	return 0
}
