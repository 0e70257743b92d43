package daemon

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// proxy stands between a client and a real daemon: it counts requests and the
// bytes of their bodies, and can cut a body off.
type proxy struct {
	client *Client

	mu       sync.Mutex
	requests []string
	bytes    int64
	cutAfter int64  // bytes of all bodies after which onCut is called; 0: never
	onCut    func() // is called once
}

// startProxy starts a proxy of the daemon at host, "unix:///path".
func startProxy(t *testing.T, host string) *proxy {
	t.Helper()
	dir, err := os.MkdirTemp("", "proxy")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	listener, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", strings.TrimPrefix(host, "unix://"))
	}}
	reverse := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "docker"}) },
		// What breaks off behind the proxy breaks off before it.
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.requests = append(p.requests, r.Method+" "+r.URL.Path)
		p.mu.Unlock()
		r.Body = &countedBody{r.Body, p}
		reverse.ServeHTTP(w, r)
	})}}
	server.Start()
	t.Cleanup(func() {
		server.Close()
		transport.CloseIdleConnections()
	})
	if p.client, err = New("unix://" + listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.client.Close)
	return p
}

// reset begins to count anew, and has onCut called after so many bytes.
func (p *proxy) reset(cutAfter int64, onCut func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests, p.bytes, p.cutAfter, p.onCut = nil, 0, cutAfter, onCut
}

// counts are the requests and the bytes of their bodies since reset.
func (p *proxy) counts() (requests int, bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.requests), p.bytes
}

type countedBody struct {
	io.ReadCloser
	p *proxy
}

func (b *countedBody) Read(data []byte) (int, error) {
	n, err := b.ReadCloser.Read(data)
	b.p.mu.Lock()
	b.p.bytes += int64(n)
	var cut func()
	if b.p.cutAfter > 0 && b.p.bytes >= b.p.cutAfter {
		cut, b.p.onCut, b.p.cutAfter = b.p.onCut, nil, 0
	}
	b.p.mu.Unlock()
	if cut != nil {
		cut()
	}
	return n, err
}
