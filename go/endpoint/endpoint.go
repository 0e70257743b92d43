// Package endpoint says where a container engine listens, and connects to it:
// at a Unix socket, over TCP with or without TLS, or through ssh.
//
// FindDocker, FindPodman and FindContainerd choose the endpoint that the
// engines' own commands would use, by the same variables and files; Parse takes
// a host URL as those have it. Nothing is sent before DialContext is called,
// but default sockets are tried.
package endpoint

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
	"time"
)

// connectTimeout is how long a connection may take, with the TLS handshake.
const connectTimeout = 10 * time.Second

// Endpoint is where an engine listens. It may be used by several goroutines at
// once.
type Endpoint struct {
	kind   Kind
	host   string // a URL without secrets
	origin string // Options.Origin

	network string // of net.Dial: "unix" or "tcp"; empty for ssh
	address string // of net.Dial
	path    string // what a tcp host has after its port, "" or "/path"

	tls      *tls.Config // nil is without TLS
	tlsFiles *TLSFiles   // what tls was made from
	ssh      *sshCommand // for ssh
}

// Kind is the kind of engine that listens.
func (e *Endpoint) Kind() Kind { return e.kind }

// String is the endpoint's URL, "unix:///var/run/docker.sock" or
// "ssh://me@build". It has no secrets.
func (e *Endpoint) String() string { return e.host }

// Origin says what asked for the endpoint, in words that go into parentheses:
// "from DOCKER_HOST". It is empty if nothing but the caller did.
func (e *Endpoint) Origin() string { return e.origin }

// DialContext connects to the engine. The connection can be closed in one
// direction: it has the method CloseWrite() error. ctx bounds the connecting
// alone.
//
// The error is a *NotRunningError, a *PermissionError, a *TLSError, an
// *UnsupportedError, or wraps ctx's own. Failures of ssh and refusals of a
// client certificate show only when the connection is read or written: those
// calls return the same types.
func (e *Endpoint) DialContext(ctx context.Context) (net.Conn, error) {
	switch {
	case e.ssh != nil:
		return e.dialSSH(ctx)
	case e.tls != nil:
		return e.dialTLS(ctx)
	}
	return e.dialPlain(ctx)
}

func (e *Endpoint) dialPlain(ctx context.Context) (net.Conn, error) {
	d := net.Dialer{Timeout: connectTimeout}
	conn, err := d.DialContext(ctx, e.network, e.address)
	if err != nil {
		return nil, e.dialError(ctx, err)
	}
	return conn, nil
}

// BaseURL is what the URLs of the engine's HTTP API begin with, without a slash
// at the end: "http://docker", "https://build:2376". The host name of a socket
// is made up: HTTP wants one.
func (e *Endpoint) BaseURL() string {
	if e.network != "tcp" {
		return "http://" + strings.ToLower(e.kind.String())
	}
	scheme := "http://"
	if e.tls != nil {
		scheme = "https://"
	}
	return scheme + e.address + e.path
}

// Transport makes requests to BaseURL. Its connections are DialContext's. The
// proxy that the environment names is used for tcp hosts other than this
// machine, as the docker command does, and for nothing else.
func (e *Endpoint) Transport() *http.Transport {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if e.network == "tcp" && address != e.address { // a proxy's
			d := net.Dialer{Timeout: connectTimeout}
			return d.DialContext(ctx, network, address)
		}
		return e.DialContext(ctx)
	}
	t := &http.Transport{
		DialContext:         dial,
		DialTLSContext:      dial,
		TLSClientConfig:     e.tls.Clone(), // through a proxy
		TLSHandshakeTimeout: connectTimeout,
		DisableCompression:  true,
	}
	if e.network == "tcp" && !e.loopback() {
		t.Proxy = http.ProxyFromEnvironment
	}
	return t
}

// loopback says whether a tcp host is this machine.
func (e *Endpoint) loopback() bool {
	name, _, _ := net.SplitHostPort(e.address)
	return isLoopback(name)
}

func isLoopback(name string) bool {
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}
