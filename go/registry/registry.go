// Package registry talks to container registries: it pushes images and fetches
// what images are made of.
//
// The requests are those of go-containerregistry's remote package, after the
// OCI distribution specification. This package is what lies around and below
// it: http.RoundTrippers that try again, go on where a transfer broke off, and
// refuse what no registry sends; and credentials that know where they came
// from. From the top, one request passes through
//
//   - transfer: resumes blobs in both directions, checks digests, reads
//     manifests whole
//   - go-containerregistry's own transports: tokens, basic authentication
//   - tokens: one new token for all requests whose token has expired
//   - retrier: tries again after 5xx, 429 and broken connections
//   - guard: plain HTTP, redirects, answers that are web pages
//   - watch: no answer, no progress
//   - http.Transport
package registry

import (
	"context"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"

	"github.com/rules-strata/rules_strata/go/progress"
)

const (
	defaultJobs  = 4
	defaultChunk = 32 << 20
)

// Options say how a Client works. The zero value is ready for use.
type Options struct {
	// Insecure allows plain HTTP. Registries on loopback need no leave.
	Insecure bool
	// Keychain finds credentials; nil: NewKeychain(os.Getenv).
	Keychain authn.Keychain
	// Jobs is the number of blobs sent at a time; 0: 4.
	Jobs int
	// Chunk is the number of bytes of a request where a registry does not take a
	// blob by one; 0: 32 MiB.
	Chunk int64
	// ForeignLayers allows requests to the URLs that descriptors name, which
	// may be of any host, and pushes such layers like others.
	ForeignLayers bool
	// Progress shows layers that are sent; nil: nothing is shown.
	Progress *progress.Reporter
	// UserAgent begins the User-Agent header.
	UserAgent string
	// Timeouts are used where they are not 0.
	Timeouts Timeouts
	// Sleep waits between tries; nil: for as long as it says.
	Sleep func(ctx context.Context, d time.Duration) error
	// Transport sends the requests; nil: an http.Transport that uses the
	// environment's proxies, but none for loopback.
	Transport http.RoundTripper
}

// Client pushes to registries and fetches from them. It may be used by several
// goroutines at once.
type Client struct {
	options Options
	pace    *pace
	secrets *secrets
	bottom  http.RoundTripper
	idle    func()

	mu       sync.Mutex
	sessions map[string]*session
}

// New makes a client. It contacts nobody.
func New(o Options) *Client {
	if o.Keychain == nil {
		o.Keychain = NewKeychain(os.Getenv)
	}
	if o.Jobs <= 0 {
		o.Jobs = defaultJobs
	}
	if o.Chunk <= 0 {
		o.Chunk = defaultChunk
	}
	if o.Progress == nil {
		o.Progress = progress.New(nil)
	}
	o.Timeouts = o.Timeouts.orDefault()
	c := &Client{options: o, pace: newPace(o.Sleep), secrets: newSecrets(), sessions: map[string]*session{}}
	c.idle = func() {}
	next := o.Transport
	if next == nil {
		t := newHTTPTransport(o.Timeouts)
		next, c.idle = t, t.CloseIdleConnections
	}
	next = &watch{next: next, timeouts: o.Timeouts}
	next = &guard{next: next, insecure: o.Insecure, secrets: c.secrets}
	c.bottom = &retrier{next: next, pace: c.pace}
	return c
}

// Close closes idle connections.
func (c *Client) Close() { c.idle() }

// ParseReference is ParseReference with the client's leave for plain HTTP.
func (c *Client) ParseReference(text string) (name.Reference, error) {
	return ParseReference(text, c.options.Insecure)
}
