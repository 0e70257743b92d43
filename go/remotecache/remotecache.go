// Package remotecache reads blobs from a remote cache of Bazel's by their
// digests: by HTTP from ADDRESS/cas/HASH, or by gRPC with the service
// google.bytestream.ByteStream, as the Remote Execution API, version 2, says
// ("ContentAddressableStorage"). It writes nothing.
//
// A blob whose connection ends goes on where it ended, and what arrives is
// checked against the digest.
package remotecache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/rules-strata/rules_strata/go/cas"
)

// Options are the settings of a client.
type Options struct {
	// InstanceName is that of Bazel's --remote_instance_name; for gRPC alone.
	InstanceName string
	// Headers go with every request.
	Headers []Header
	// CredentialHelper is a program that tells more headers, of the protocol of
	// Bazel's --credential_helper; none if empty.
	CredentialHelper string
	// Timeouts are 10, 30 and 60 seconds when they are zero.
	Timeouts Timeouts
	// UserAgent is what the program calls itself.
	UserAgent string
	// Getenv looks up variables for the credential helper; nil for none.
	Getenv func(string) string
}

// Header is one header of a request.
type Header struct{ Name, Value string }

// Timeouts are after how much time without any progress an attempt is given up.
type Timeouts struct {
	// Connect is for the connection, Answer for the first byte of an answer, Stall
	// for each that follows.
	Connect, Answer, Stall time.Duration
}

var defaultTimeouts = Timeouts{Connect: 10 * time.Second, Answer: 30 * time.Second, Stall: 60 * time.Second}

// atOnce is how many blobs are read at once.
const atOnce = 16

// Client reads from one cache. Its methods can be used by several goroutines
// at once; it connects when it is first asked for a blob.
type Client struct {
	name     string
	from     transport
	timeouts Timeouts
	// pause is the time before the second attempt.
	pause time.Duration
	slots chan struct{}
}

// transport is a protocol.
type transport interface {
	// open asks for a blob's bytes from the offset on, and returns when the answer
	// begins. What it returns is for one goroutine, and fails as open does.
	open(ctx context.Context, d cas.Digest, offset int64) (io.ReadCloser, error)
	io.Closer
}

// New is a client of the cache at an address of the forms of Bazel's
// --remote_cache: http://, https://, grpc://, grpcs:// or unix:.
func New(addr string, o Options) (*Client, error) {
	at, err := parseAddress(addr)
	if err != nil {
		return nil, err
	}
	if at.http != nil && o.InstanceName != "" {
		return nil, errors.New("the remote cache " + at.name + ": an instance name goes with gRPC: put it into the path of the address, or leave it out")
	}
	if o.Timeouts == (Timeouts{}) {
		o.Timeouts = defaultTimeouts
	}
	c := &Client{name: at.name, timeouts: o.Timeouts, pause: 200 * time.Millisecond, slots: make(chan struct{}, atOnce)}
	credentials, err := newCredentials(at.uri, o)
	if err != nil {
		return nil, fmt.Errorf("the remote cache %s: %w", at.name, err)
	}
	if at.http != nil {
		c.from = newHTTP(at.http, credentials, o)
		return c, nil
	}
	from, err := newGRPC(at, credentials, o)
	if err != nil {
		return nil, err
	}
	c.from = from
	return c, nil
}

// Close ends the connections.
func (c *Client) Close() error { return c.from.Close() }

// String is the cache's address without a password.
func (c *Client) String() string { return c.name }

// Open is that of cas.Blobs. It fails if the cache does not have the blob.
func (c *Client) Open(ctx context.Context, d cas.Digest, offset int64) (io.ReadCloser, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	r := newBlobReader(ctx, c, d, offset)
	if offset == d.Size {
		return r, nil
	}
	select {
	case c.slots <- struct{}{}:
		r.release = func() { <-c.slots }
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if err := r.connect(nil); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}
