package remotecache

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/rules-strata/rules_strata/go/cas"
)

// httpCache is a cache that is asked by HTTP, as Bazel's documentation says
// ("HTTP Caching Protocol").
type httpCache struct {
	base        *url.URL
	credentials *credentials
	userAgent   string
	client      *http.Client
}

func newHTTP(base *url.URL, c *credentials, o Options) *httpCache {
	dialer := &net.Dialer{Timeout: o.Timeouts.Connect}
	return &httpCache{base: base, credentials: c, userAgent: o.UserAgent, client: &http.Client{
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         dialer.DialContext,
			TLSHandshakeTimeout: o.Timeouts.Connect,
			MaxIdleConnsPerHost: atOnce,
			IdleConnTimeout:     30 * time.Second,
			DisableCompression:  true,
			ForceAttemptHTTP2:   true,
		},
		CheckRedirect: c.keepFromOthers,
	}}
}

// Close ends the connections that nobody uses.
func (h *httpCache) Close() error {
	h.client.CloseIdleConnections()
	return nil
}

func (h *httpCache) open(ctx context.Context, d cas.Digest, offset int64) (io.ReadCloser, error) {
	resp, err := h.get(ctx, d, offset)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusUnauthorized && h.credentials.renew() {
		resp.Body.Close()
		if resp, err = h.get(ctx, d, offset); err != nil {
			return nil, err
		}
	}
	body, err := h.body(resp, d, offset)
	if err != nil {
		resp.Body.Close()
		return nil, err
	}
	return body, nil
}

func (h *httpCache) get(ctx context.Context, d cas.Digest, offset int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.base.JoinPath("cas", d.SHA256).String(), nil)
	if err != nil {
		return nil, err
	}
	headers, err := h.credentials.headers(ctx)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", h.userAgent)
	if offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	}
	for _, header := range headers {
		req.Header.Add(header.Name, header.Value)
	}
	resp, err := h.client.Do(req)
	if err, ok := err.(*url.Error); ok {
		return nil, err.Err // Its text would have the address a second time.
	}
	return resp, err
}

// body is the blob from the offset on, if the answer has it.
func (h *httpCache) body(resp *http.Response, d cas.Digest, offset int64) (io.ReadCloser, error) {
	switch name := h.base.Redacted(); {
	case resp.StatusCode == http.StatusOK:
		if n := resp.ContentLength; n >= 0 && n != d.Size {
			return nil, &MismatchError{Cache: name, Digest: d, Size: n}
		}
		_, err := io.CopyN(io.Discard, resp.Body, offset)
		return resp.Body, err
	case resp.StatusCode == http.StatusPartialContent && offset > 0:
		if want := fmt.Sprintf("bytes %d-%d/%d", offset, d.Size-1, d.Size); resp.Header.Get("Content-Range") != want {
			return nil, &AnswerError{name, fmt.Sprintf("with the range %.80q, want %q", resp.Header.Get("Content-Range"), want)}
		}
		return resp.Body, nil
	case resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusGone:
		return nil, &NotFoundError{name, d}
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden, resp.StatusCode == http.StatusProxyAuthRequired:
		return nil, &AccessError{name, resp.Status}
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusRequestTimeout, resp.StatusCode >= 500:
		return nil, &retryLaterError{resp.Status, retryAfter(resp)}
	default:
		return nil, &AnswerError{name, resp.Status}
	}
}

// maxRetryAfter is how long a cache can make its clients wait.
const maxRetryAfter = 60 * time.Second

// retryAfter is how many seconds an answer asks to wait.
func retryAfter(resp *http.Response) time.Duration {
	seconds, err := strconv.Atoi(strings.TrimSpace(resp.Header.Get("Retry-After")))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, maxRetryAfter)
}
