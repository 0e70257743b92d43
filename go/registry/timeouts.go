package registry

import (
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// Timeouts limit waits in which nothing happens; the whole of a transfer has no
// limit. 0 means the default.
type Timeouts struct {
	// Connect is for a connection, and again for its TLS; 10 s.
	Connect time.Duration
	// Headers is from the end of a request to the answer's first bytes; 30 s.
	Headers time.Duration
	// Stall is for a body that does not go on, in either direction; 60 s.
	Stall time.Duration
	// Commit is in place of Headers for the request that ends an upload: then
	// registries check the blob, and some copy it; 5 min.
	Commit time.Duration
}

func (t Timeouts) orDefault() Timeouts {
	or := func(d *time.Duration, value time.Duration) {
		if *d <= 0 {
			*d = value
		}
	}
	or(&t.Connect, 10*time.Second)
	or(&t.Headers, 30*time.Second)
	or(&t.Stall, 60*time.Second)
	or(&t.Commit, 5*time.Minute)
	return t
}

func newHTTPTransport(t Timeouts) *http.Transport {
	proxy := httpproxy.FromEnvironment().ProxyFunc()
	return &http.Transport{
		Proxy: func(r *http.Request) (*url.URL, error) {
			if isLoopback(r.URL.Hostname()) {
				return nil, nil
			}
			return proxy(r.URL)
		},
		DialContext:         (&net.Dialer{Timeout: t.Connect, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: t.Connect,
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     90 * time.Second,
		// A range of a blob must be one of the bytes that have the digest.
		DisableCompression: true,
		WriteBufferSize:    64 << 10,
		ReadBufferSize:     64 << 10,
	}
}
