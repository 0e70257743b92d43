package harness

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// TokenServer stands before a registry: it lets in who has a token, and gives
// tokens, as the distribution project's "Token Authentication" says. Of
// repositories whose names begin with "private/" it gives them for a login
// alone; those that begin with "basic/" want the login itself. Blobs are
// elsewhere, as big registries have them.
type TokenServer struct {
	// Address is its host and port; the registry's repositories are there.
	Address string
	// User and Password are the one login, Identity is what can stand in place of
	// it in a request by POST.
	User, Password, Identity string
	// Expire has every token come to its end with its first use.
	Expire atomic.Bool

	registry http.Handler
	scheme   string
	storage  string
	mu       sync.Mutex
	// tokens are those that were given, with what they are good for.
	tokens map[string]string
	given  []string
	agents []string
	leaked []string
}

// Before starts a token server before the registry, on plain HTTP. It ends with
// the test.
func (r *Registry) Before(t testing.TB) *TokenServer {
	t.Helper()
	return r.before(t, "http", (*httptest.Server).Start)
}

// BeforeWithTLS is Before with TLS, on the way to the tokens and the blobs too.
func (r *Registry) BeforeWithTLS(t testing.TB, c *Certificate) *TokenServer {
	t.Helper()
	return r.before(t, "https", func(s *httptest.Server) {
		s.TLS = &tls.Config{Certificates: []tls.Certificate{c.TLS}}
		s.StartTLS()
	})
}

func (r *Registry) before(t testing.TB, scheme string, start func(*httptest.Server)) *TokenServer {
	t.Helper()
	s := &TokenServer{
		User: "somebody", Password: `se cr"e\t:`, Identity: rand.Text(),
		registry: httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: r.Address}),
		scheme:   scheme,
		tokens:   map[string]string{},
	}
	server, storage := httptest.NewUnstartedServer(s), httptest.NewUnstartedServer(http.HandlerFunc(s.store))
	for _, each := range []*httptest.Server{server, storage} {
		start(each)
		t.Cleanup(each.Close)
	}
	s.Address, s.storage = strings.TrimPrefix(server.URL, scheme+"://"), storage.URL
	return s
}

// Agents are the programs that asked for tokens, as they call themselves.
func (s *TokenServer) Agents() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.agents)
}

// Leaked are the logins and tokens that came to where the blobs are, which
// nobody may send there.
func (s *TokenServer) Leaked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.leaked)
}

// store serves blobs to everybody who was sent here.
func (s *TokenServer) store(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.leaked = append(s.leaked, r.Header.Values("Authorization")...)
	s.mu.Unlock()
	s.registry.ServeHTTP(w, r)
}

// Given says for whom tokens were given: "nobody", "somebody" or "identity",
// and the scope.
func (s *TokenServer) Given() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.given)
}

// ServeHTTP answers as a registry, and as the server that it sends to.
func (s *TokenServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/give/token" {
		s.give(w, r)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/v2/")
	for _, kind := range []string{"/manifests/", "/blobs/"} {
		path, _, _ = strings.Cut(path, kind)
	}
	if wanted := s.wants(r, path); wanted != "" {
		w.Header().Set("WWW-Authenticate", wanted)
		http.Error(w, `{"errors":[{"code":"UNAUTHORIZED"}]}`, http.StatusUnauthorized)
		return
	}
	if strings.Contains(r.URL.Path, "/blobs/") {
		http.Redirect(w, r, s.storage+r.URL.Path, http.StatusTemporaryRedirect)
		return
	}
	s.registry.ServeHTTP(w, r)
}

// wants is the challenge for a request of a repository, empty for one that may
// see it.
func (s *TokenServer) wants(r *http.Request, repository string) string {
	if strings.HasPrefix(repository, "basic/") {
		if user, password, _ := r.BasicAuth(); user == s.User && password == s.Password {
			return ""
		}
		return `Basic realm="registry"`
	}
	scope := "repository:" + repository + ":pull"
	s.mu.Lock()
	defer s.mu.Unlock()
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if s.tokens[token] == scope {
		if s.Expire.Load() {
			delete(s.tokens, token)
		}
		return ""
	}
	return fmt.Sprintf(`Bearer realm="%s://%s/give/token",service="token, server",scope="%s"`, s.scheme, s.Address, scope)
}

func (s *TokenServer) give(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.agents = append(s.agents, r.UserAgent())
	s.mu.Unlock()
	scope, who, field := r.FormValue("scope"), "nobody", "token"
	user, password, login := r.BasicAuth()
	switch {
	case r.FormValue("service") != "token, server":
		http.Error(w, "for another server", http.StatusBadRequest)
		return
	case r.Method == http.MethodPost && r.PostFormValue("grant_type") == "refresh_token" && r.PostFormValue("refresh_token") == s.Identity:
		who, field = "identity", "access_token"
	case login && user == s.User && password == s.Password:
		who = s.User
	case login || strings.HasPrefix(scope, "repository:private/"):
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{field: s.Give(who, scope), "expires_in": 300})
}

// Give gives a token for a scope, such as "repository:app:pull".
func (s *TokenServer) Give(who, scope string) (token string) {
	token = rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[token] = scope
	s.given = append(s.given, who+" "+scope)
	return token
}
