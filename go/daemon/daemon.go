// Package daemon is a small client of a Docker daemon: it loads images, looks
// them up and runs them.
//
// It follows the Docker Engine API, versions 1.24 to 1.51, which Docker 1.12
// to 29 and Podman's service answer, over a Unix socket or plain TCP. It uses
// nothing but the standard library, so that a program which links it starts as
// fast as before.
package daemon

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// dialTimeout is how long a daemon may take to accept a connection.
	dialTimeout = 10 * time.Second
	// answerTimeout is how long a daemon may take to answer a question that
	// needs no work.
	answerTimeout = 30 * time.Second
)

// Client talks to one daemon. It may be used by several goroutines at once.
type Client struct {
	host         string // as in DOCKER_HOST, "unix:///var/run/docker.sock"
	fromVariable bool   // whether DOCKER_HOST said so
	network      string // of net.Dial: "unix" or "tcp"
	address      string // of net.Dial
	base         string // what a tcp host has after its port, "" or "/path"
	http         *http.Client

	mu      sync.Mutex
	version string // the API version in use, once known
}

// New makes a client of the daemon at host: unix:///path/of/docker.sock or
// tcp://name:port. Nothing is sent yet.
func New(host string) (*Client, error) {
	scheme, rest, ok := strings.Cut(host, "://")
	if !ok {
		return nil, fmt.Errorf("docker host %q: want unix:///path/of/docker.sock or tcp://name:port", host)
	}
	c := &Client{host: host}
	switch scheme {
	case "unix":
		if rest == "" {
			return nil, fmt.Errorf("docker host %q: no path after unix://", host)
		}
		c.network, c.address = "unix", rest
	case "tcp":
		u, err := url.Parse(host)
		if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return nil, fmt.Errorf("docker host %q: want tcp://name:port", host)
		}
		port := u.Port()
		if port == "" {
			port = "2375" // what Docker uses without TLS
		}
		c.network, c.address, c.base = "tcp", net.JoinHostPort(u.Hostname(), port), strings.TrimRight(u.Path, "/")
	default:
		return nil, &UnsupportedHostError{Host: host, Reason: scheme + ":// is not supported"}
	}
	c.http = &http.Client{Transport: &http.Transport{
		DialContext:        func(ctx context.Context, _, _ string) (net.Conn, error) { return c.dial(ctx) },
		DisableCompression: true,
	}}
	return c, nil
}

// Host is the daemon's address as DOCKER_HOST has it,
// "unix:///var/run/docker.sock".
func (c *Client) Host() string { return c.host }

// Close closes the connections that are not in use.
func (c *Client) Close() { c.http.CloseIdleConnections() }

func (c *Client) dial(ctx context.Context) (net.Conn, error) {
	d := net.Dialer{Timeout: dialTimeout}
	return d.DialContext(ctx, c.network, c.address)
}
