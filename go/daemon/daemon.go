// Package daemon is a small client of a Docker daemon: it loads images, looks
// them up and runs them.
//
// It follows the Docker Engine API, versions 1.24 to 1.51, which Docker 1.12
// to 29 and Podman's service answer, wherever package endpoint finds them.
package daemon

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/rules-strata/rules_strata/go/endpoint"
)

// answerTimeout is how long a daemon may take to answer a question that needs
// no work.
const answerTimeout = 30 * time.Second

// Client talks to one daemon. It may be used by several goroutines at once.
type Client struct {
	endpoint *endpoint.Endpoint
	host     string // the endpoint as text, "unix:///var/run/docker.sock"
	http     *http.Client

	mu      sync.Mutex
	version string // the API version in use, once known
}

// New makes a client of the daemon at host, which is one that endpoint.Parse
// takes: unix:///path/of/docker.sock, tcp://name:port without TLS, or
// ssh://user@name. Nothing is sent yet.
func New(host string) (*Client, error) {
	e, err := endpoint.Parse(host, endpoint.Options{})
	if err != nil {
		return nil, err
	}
	return NewAt(e), nil
}

// NewAt makes a client of the daemon that listens at an endpoint. Nothing is
// sent yet.
func NewAt(e *endpoint.Endpoint) *Client {
	return &Client{endpoint: e, host: e.String(), http: &http.Client{Transport: e.Transport()}}
}

// Host is the daemon's address as DOCKER_HOST has it,
// "unix:///var/run/docker.sock".
func (c *Client) Host() string { return c.host }

// Close closes the connections that are not in use.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// dial makes a connection of its own, for what is not HTTP.
func (c *Client) dial(ctx context.Context) (net.Conn, error) { return c.endpoint.DialContext(ctx) }
