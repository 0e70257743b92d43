package registry

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxToken is what go-containerregistry reads of a token server's answer, in
	// bytes.
	maxToken = 64 << 10
	// tokenShared is how long requests that are under way share a new token.
	tokenShared = 30 * time.Second
)

// tokens lets requests that learn at the same time that a token has expired
// share the one that takes its place. It is below go-containerregistry's
// transport, which would ask for one token each.
type tokens struct {
	next http.RoundTripper

	// plain says that a manifest was asked for by plain HTTP.
	plain atomic.Bool

	renewing sync.Mutex // held while a token is asked for

	mu      sync.Mutex
	last    *tokenAnswer
	refused map[string]bool // Authorization headers that were answered with 401
}

// tokenAnswer is what a token server has answered.
type tokenAnswer struct {
	url, credentials string // of the request
	header           http.Header
	body             []byte
	authorization    string // the header that the token is sent in
	at               time.Time
}

func (t *tokens) RoundTrip(req *http.Request) (*http.Response, error) {
	if _, ok := isManifest(req.URL.Path); ok && req.URL.Scheme == "http" {
		t.plain.Store(true)
	}
	// Docker's token authentication: "GET REALM?service=...&scope=...".
	if query := req.URL.Query(); req.Method != http.MethodGet || !query.Has("service") || !query.Has("scope") {
		resp, err := t.next.RoundTrip(req)
		if value := req.Header.Get("Authorization"); err == nil && resp.StatusCode == http.StatusUnauthorized && value != "" {
			t.mu.Lock()
			t.refused[value] = true
			t.mu.Unlock()
		}
		return resp, err
	}
	t.renewing.Lock()
	defer t.renewing.Unlock()
	if last := t.good(req); last != nil {
		return last.response(req), nil
	}
	resp, err := t.next.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxToken+1))
	if err != nil {
		return nil, unexpected(err)
	}
	return t.keep(req, resp.Header, body).response(req), nil
}

// good is the last answer, if it was to the same request and nobody has found
// its token to be bad.
func (t *tokens) good(req *http.Request) *tokenAnswer {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := t.last
	if last == nil || last.url != req.URL.String() || last.credentials != req.Header.Get("Authorization") ||
		time.Since(last.at) > tokenShared || t.refused[last.authorization] {
		return nil
	}
	return last
}

func (t *tokens) keep(req *http.Request, header http.Header, body []byte) *tokenAnswer {
	var token struct {
		Token       string `json:"token"`
		AccessToken string `json:"access_token"`
	}
	answer := &tokenAnswer{url: req.URL.String(), credentials: req.Header.Get("Authorization"), header: header, body: body, at: time.Now()}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = nil
	if err := json.Unmarshal(body, &token); err == nil && token.Token+token.AccessToken != "" {
		if token.AccessToken != "" {
			token.Token = token.AccessToken
		}
		answer.authorization = "Bearer " + token.Token
		t.last, t.refused = answer, map[string]bool{}
	}
	return answer
}

func (a *tokenAnswer) response(req *http.Request) *http.Response {
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header.Clone(), Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body)), Request: req,
	}
}
