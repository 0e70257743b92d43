// Package faulty is a container registry for tests: it keeps everything in
// memory, counts requests and bytes, and goes wrong in the ways that it is told
// to.
package faulty

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Kind is what a request is about.
type Kind string

// The kinds of requests.
const (
	Ping     Kind = "ping"     // /v2/
	Token    Kind = "token"    // the token server's
	Blob     Kind = "blob"     // /v2/NAME/blobs/DIGEST
	Manifest Kind = "manifest" // /v2/NAME/manifests/REFERENCE
	Upload   Kind = "upload"   // /v2/NAME/blobs/uploads/...
)

// KindOf is the kind of a request.
func KindOf(r *http.Request) Kind {
	switch path := r.URL.Path; {
	case path == "/v2/" || path == "/v2":
		return Ping
	case strings.Contains(path, "/blobs/uploads/"):
		return Upload
	case strings.Contains(path, "/blobs/"):
		return Blob
	case strings.Contains(path, "/manifests/"):
		return Manifest
	}
	return Token
}

// Request is one that the registry has got.
type Request struct {
	Method string
	Proto  string
	Kind   Kind
	URL    *url.URL
	Header http.Header
	Status int   // of the answer
	In     int64 // bytes read of the request's body
	Out    int64 // bytes written of the answer's body
}

// Server is a registry. Its methods may be called while it serves.
type Server struct {
	// Host is host:port.
	Host string
	// URL is http://HOST, or https://HOST.
	URL string
	// Transport trusts the server's certificate.
	Transport http.RoundTripper

	store *store

	mu       sync.Mutex
	rules    []*rule
	requests []*Request
	auth     *auth
}

// New starts a registry that ends with the test.
func New(t testing.TB) *Server {
	s := &Server{store: newStore()}
	server := httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	server.Start()
	s.started(t, server)
	return s
}

// NewTLS starts a registry that speaks HTTP/2.
func NewTLS(t testing.TB) *Server {
	s := &Server{store: newStore()}
	server := httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	server.EnableHTTP2 = true
	server.StartTLS()
	s.started(t, server)
	return s
}

func (s *Server) started(t testing.TB, server *httptest.Server) {
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	s.URL, s.Host, s.Transport = server.URL, server.Listener.Addr().String(), server.Client().Transport
}

// rule says which requests a fault is for.
type rule struct {
	method string
	kind   Kind
	skip   int
	times  int
	fault  Fault
}

// When begins a rule for requests; an empty method or kind is any.
func (s *Server) When(method string, kind Kind) *When {
	return &When{s: s, rule: rule{method: method, kind: kind, times: -1}}
}

// When is a rule that is being made.
type When struct {
	s    *Server
	rule rule
}

// Skip leaves the first n requests alone.
func (w *When) Skip(n int) *When { w.rule.skip = n; return w }

// Times ends the rule after n requests.
func (w *When) Times(n int) *When { w.rule.times = n; return w }

// Do puts the rule into force. Of several that fit, the first is used up first.
func (w *When) Do(f Fault) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	rule := w.rule
	rule.fault = f
	w.s.rules = append(w.s.rules, &rule)
}

// Heal ends all rules.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

func (s *Server) faultFor(method string, kind Kind) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rules {
		if r.method != "" && r.method != method || r.kind != "" && r.kind != kind || r.times == 0 {
			continue
		}
		if r.skip > 0 {
			r.skip--
			continue
		}
		if r.times > 0 {
			r.times--
		}
		return r.fault
	}
	return nil
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	record := &Request{Method: r.Method, Proto: r.Proto, Kind: KindOf(r), URL: r.URL, Header: r.Header.Clone(), Status: http.StatusOK}
	s.mu.Lock()
	s.requests = append(s.requests, record)
	s.mu.Unlock()
	w = &countingWriter{ResponseWriter: w, s: s, record: record}
	r.Body = &countingBody{ReadCloser: r.Body, s: s, record: record}
	var next http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.allowed(w, r) {
			s.store.ServeHTTP(w, r)
		}
	})
	if fault := s.faultFor(r.Method, KindOf(r)); fault != nil {
		fault(w, r, next)
		return
	}
	next.ServeHTTP(w, r)
}

// Requests are those so far that are of a method and a kind; empty ones are
// any.
func (s *Server) Requests(method string, kind Kind) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Request
	for _, r := range s.requests {
		if (method == "" || r.Method == method) && (kind == "" || r.Kind == kind) {
			found = append(found, *r)
		}
	}
	return found
}

// Count is how many requests there were, and the bytes of their bodies and of
// those of the answers.
func (s *Server) Count(method string, kind Kind) (n int, in, out int64) {
	for _, r := range s.Requests(method, kind) {
		n, in, out = n+1, in+r.In, out+r.Out
	}
	return n, in, out
}

// Forget forgets the requests so far.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// String lists the requests, for messages.
func (s *Server) String() string {
	var b strings.Builder
	for _, r := range s.Requests("", "") {
		fmt.Fprintf(&b, "%s %s: %d, %d bytes in, %d out\n", r.Method, r.URL.Path, r.Status, r.In, r.Out)
	}
	return b.String()
}

type countingWriter struct {
	http.ResponseWriter
	s      *Server
	record *Request
}

func (w *countingWriter) WriteHeader(status int) {
	w.s.mu.Lock()
	w.record.Status = status
	w.s.mu.Unlock()
	w.ResponseWriter.WriteHeader(status)
}

func (w *countingWriter) Write(p []byte) (int, error) {
	// Counted first: the client may be done before Write returns.
	w.count(len(p))
	n, err := w.ResponseWriter.Write(p)
	w.count(n - len(p))
	return n, err
}

func (w *countingWriter) count(n int) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.record.Out += int64(n)
}

// Unwrap is for http.ResponseController.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

type countingBody struct {
	io.ReadCloser
	s      *Server
	record *Request
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	b.record.In += int64(n)
	return n, err
}
