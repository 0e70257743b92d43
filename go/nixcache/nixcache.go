// Package nixcache reads binary caches of Nix: folders, or web servers, with a
// file nix-cache-info, one <hash part>.narinfo per store object and one
// compressed NAR file per object.
//
// Nothing that a cache says is believed beyond what the package says of itself:
// signatures and hashes are for the caller to check.
package nixcache

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"
)

// Timeouts say how long a client waits.
//
// There is no limit on the whole of a NAR file, which may be large, but the
// server must send 1 KiB a second on an average of 30 s, and 64 KiB on one of
// any five connections that break. A narinfo or nix-cache-info must be there
// after five minutes.
type Timeouts struct {
	Connect time.Duration // until a connection is made, and its TLS
	Headers time.Duration // from the request to the answer's headers
	Idle    time.Duration // between two pieces of an answer's body
}

// Backoff says how long a client waits before it tries again: Base before the
// second try, twice as long before every other, never longer than Max.
type Backoff struct{ Base, Max time.Duration }

// Client reads caches. Several goroutines may use it.
type Client struct {
	timeouts  Timeouts
	backoff   Backoff
	workspace string
	caches    []string
	netrc     string
	netrcErr  error // logins cannot be read
	logins    logins
	hosts     hosts
	now       func() time.Time
	http      *http.Client
}

// Option changes a client.
type Option func(*Client)

// WithTimeouts is how long the client waits; otherwise 10 s for a connection,
// 30 s for headers and 60 s for more of a body.
func WithTimeouts(t Timeouts) Option { return func(c *Client) { c.timeouts = t } }

// WithBackoff is how long the client waits before it tries again; otherwise
// 0.2 s to 10 s.
func WithBackoff(b Backoff) Option { return func(c *Client) { c.backoff = b } }

// WithWorkspace is the folder that %workspace% stands for in file:// URLs.
func WithWorkspace(folder string) Option { return func(c *Client) { c.workspace = folder } }

// WithCaches are the URLs of the caches whose servers may get a login from Open.
func WithCaches(urls ...string) Option { return func(c *Client) { c.caches = urls } }

// WithNetrc names the file with logins; otherwise the one that the variable
// NETRC names, or ~/.netrc.
//
// A login is sent to the server of a cache alone: the scheme, the host and the
// port of the cache's URL. Neither the URL in a narinfo nor a redirect can have
// it sent to another one. When the file cannot be read, no login is sent; that
// is an error of the server that wants one, and of no other.
func WithNetrc(file string) Option { return func(c *Client) { c.netrc = file } }

// New makes a client.
func New(options ...Option) *Client {
	c := &Client{
		timeouts: Timeouts{Connect: 10 * time.Second, Headers: 30 * time.Second, Idle: time.Minute},
		backoff:  Backoff{Base: 200 * time.Millisecond, Max: 10 * time.Second},
		netrc:    netrcFile(),
		now:      time.Now,
	}
	for _, option := range options {
		option(c)
	}
	c.logins, c.netrcErr = readNetrc(c.netrc)
	dialer := &net.Dialer{Timeout: c.timeouts.Connect, KeepAlive: 30 * time.Second}
	c.http = &http.Client{
		CheckRedirect: checkRedirect,
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           dialer.DialContext,
			TLSHandshakeTimeout:   c.timeouts.Connect,
			ResponseHeaderTimeout: c.timeouts.Headers,
			// Hashes are those of the files as the cache stores them.
			DisableCompression:  true,
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 32,
			IdleConnTimeout:     time.Minute,
		},
	}
	return c
}

// Close closes the connections that are not in use.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Open reads the file at an http, https or file URL. Reading goes on where it
// was when a connection breaks. An absent file is ErrNotFound. A login is sent
// to the servers of WithCaches alone.
func (c *Client) Open(ctx context.Context, url string) (io.ReadCloser, error) {
	at, err := c.locate(url)
	if err != nil {
		return nil, err
	}
	for _, text := range c.caches {
		cache, err := c.locate(text)
		if err != nil {
			return nil, err
		}
		at.login = at.login || sameOrigin(at.url, cache.url)
	}
	return c.open(ctx, at)
}
