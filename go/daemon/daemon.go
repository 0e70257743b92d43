// Package daemon is a small client of a Docker daemon: it loads images, looks
// them up and runs them.
//
// It follows the Docker Engine API, versions 1.24 to 1.51, which Docker 1.12
// to 29 and Podman's service answer, wherever package endpoint finds them.
package daemon

import (
	"context"
	"fmt"
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
	host     string       // the endpoint as text, "unix:///var/run/docker.sock"
	http     *http.Client // ends requests to a daemon that is stuck
	patient  *http.Client // waits for ever

	mu      sync.Mutex
	version string // the API version in use, once known
	podman  bool   // it is Podman; known together with the version
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
	transport := e.Transport()
	return &Client{
		endpoint: e, host: e.String(),
		http:    &http.Client{Transport: &endpoint.Watchdog{Endpoint: e, Next: transport}},
		patient: &http.Client{Transport: transport},
	}
}

// Host is the daemon's address as DOCKER_HOST has it,
// "unix:///var/run/docker.sock".
func (c *Client) Host() string { return c.host }

// Close closes the connections that are not in use.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// brief bounds the time of a question that needs no work.
func (c *Client) brief(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, answerTimeout, c.late(answerTimeout))
}

// late is the error for a daemon that does not answer in time.
func (c *Client) late(limit time.Duration) error {
	return c.endpoint.Stuck(fmt.Sprintf("it sent no answer for %v", limit), nil)
}

// dial makes a connection of its own, for what is not HTTP.
func (c *Client) dial(ctx context.Context) (net.Conn, error) { return c.endpoint.DialContext(ctx) }
