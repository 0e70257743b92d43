package faulty

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Auth is how a registry wants to know who asks.
type Auth struct {
	// User and Password are what the token server, or with Basic the registry
	// itself, wants; empty: it gives tokens to anybody.
	User, Password string
	// RefreshToken is an identity token that is good in place of them.
	RefreshToken string
	// Basic leaves out the token server.
	Basic bool
	// Realm is the token server's URL; empty: the registry's own /token.
	Realm string
	// Denied are scopes for which the token server answers 403.
	Denied []string
}

type auth struct {
	Auth
	mu     sync.Mutex
	tokens map[string][]string // scopes of the tokens that are good
	given  int
}

func (s *Server) guard() *auth {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.auth
}

// Require makes the registry want credentials.
func (s *Server) Require(a Auth) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.Realm == "" {
		a.Realm = s.URL + "/token"
	}
	s.auth = &auth{Auth: a, tokens: map[string][]string{}}
}

// Expire makes all tokens that were given bad.
func (s *Server) Expire() {
	a := s.guard()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tokens = map[string][]string{}
}

// Tokens is the number of tokens given.
func (s *Server) Tokens() int {
	a := s.guard()
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.given
}

// allowed answers the token server's requests and those without good
// credentials.
func (s *Server) allowed(w http.ResponseWriter, r *http.Request) bool {
	a := s.guard()
	if a == nil {
		return true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case KindOf(r) == Token:
		a.token(w, r)
		return false
	case a.Basic:
		if a.known(r) {
			return true
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="faulty"`)
		fail(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
		return false
	}
	scopes, good := a.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	scope := scopeOf(r)
	if good && (scope == "" || slices.ContainsFunc(scopes, func(s string) bool { return covers(s, scope) })) {
		return true
	}
	challenge := fmt.Sprintf(`Bearer realm="%s",service="faulty"`, a.Realm)
	if scope != "" {
		challenge += fmt.Sprintf(`,scope="%s"`, scope)
	}
	w.Header().Set("WWW-Authenticate", challenge)
	fail(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
	return false
}

func (a *auth) known(r *http.Request) bool {
	user, password, _ := r.BasicAuth()
	return a.User == "" || user == a.User && password == a.Password
}

// token gives a token for all scopes that are asked for.
func (a *auth) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	scopes := strings.Fields(strings.Join(r.Form["scope"], " "))
	known := a.known(r)
	if r.Method == http.MethodPost {
		known = a.RefreshToken != "" && r.PostForm.Get("refresh_token") == a.RefreshToken
	}
	switch {
	case !known:
		fail(w, http.StatusUnauthorized, "UNAUTHORIZED", "incorrect username or password")
		return
	case slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(a.Denied, s) }):
		fail(w, http.StatusForbidden, "DENIED", "requested access to the resource is denied")
		return
	}
	a.given++
	token := fmt.Sprintf("token-%d", a.given)
	a.tokens[token] = scopes
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"token": token, "expires_in": 60})
}

// scopeOf is what a request needs.
func scopeOf(r *http.Request) string {
	repository, _, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v2/"), "/blobs/")
	if !ok {
		repository, _, ok = strings.Cut(strings.TrimPrefix(r.URL.Path, "/v2/"), "/manifests/")
	}
	if !ok {
		return ""
	}
	actions := "pull,push"
	if (r.Method == http.MethodGet || r.Method == http.MethodHead) && KindOf(r) != Upload {
		actions = "pull"
	}
	return "repository:" + repository + ":" + actions
}

// covers is whether a token's scope is enough.
func covers(has, want string) bool {
	return has == want || strings.TrimSuffix(want, "pull")+"push,pull" == has || strings.TrimSuffix(want, "pull,push")+"push,pull" == has ||
		strings.TrimSuffix(want, "pull")+"pull,push" == has
}
