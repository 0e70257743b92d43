package remotecache

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/netretry"
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
			// A connection by which nothing comes any more is found out before the
			// second attempt, which would use it again.
			HTTP2: &http.HTTP2Config{SendPingTimeout: o.Timeouts.Answer / 2, PingTimeout: o.Timeouts.Answer / 4},
		},
		CheckRedirect: keepFromOthers,
	}}
}

// Close ends the connections that nobody uses.
func (h *httpCache) Close() error {
	h.client.CloseIdleConnections()
	return nil
}

func (h *httpCache) open(ctx context.Context, d cas.Digest, offset int64) (io.ReadCloser, error) {
	resp, number, err := h.get(ctx, d, offset)
	if err == nil && resp.StatusCode == http.StatusUnauthorized && h.credentials.renew(number) {
		resp.Body.Close()
		resp, number, err = h.get(ctx, d, offset)
	}
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 == 2 {
		h.credentials.taken(number)
	}
	body, err := h.body(resp, d, offset)
	if err != nil {
		resp.Body.Close()
		return nil, err
	}
	return body, nil
}

// get also returns the number of the credentials that it sends.
func (h *httpCache) get(ctx context.Context, d cas.Digest, offset int64) (*http.Response, int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.base.JoinPath("cas", d.SHA256).String(), nil)
	if err != nil {
		return nil, 0, err
	}
	headers, number, err := h.credentials.headers(ctx)
	if err != nil {
		return nil, 0, err
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
		return nil, 0, err.Err // Its text would have the address a second time.
	}
	return resp, number, err
}

// body is the blob from the offset on, if the answer has it.
func (h *httpCache) body(resp *http.Response, d cas.Digest, offset int64) (io.ReadCloser, error) {
	name := h.base.Redacted()
	switch resp.StatusCode {
	case http.StatusOK:
		return wholeBody(name, resp, d, offset)
	case http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable:
		return partBody(name, resp, d, offset)
	case http.StatusNotFound, http.StatusGone:
		return nil, &NotFoundError{name, d}
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		return nil, &AccessError{name, resp.Status}
	}
	if netretry.IsBusy(resp.StatusCode) {
		after, _ := netretry.After(resp.Header, time.Now())
		return nil, &retryLaterError{resp.Status, after}
	}
	return nil, &AnswerError{name, resp.Status}
}
