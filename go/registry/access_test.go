package registry_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/rules-strata/rules_strata/go/registry"
	"github.com/rules-strata/rules_strata/go/registry/faulty"
)

// TestAccess: with which credentials an image can be pushed, and what is said
// where it cannot.
func TestAccess(t *testing.T) {
	const password = "correct horse"
	refresh := func(t *testing.T, s *faulty.Server) *registry.Keychain {
		path := write(t, filepath.Join(t.TempDir(), "auth.json"), `{"auths": {"`+s.Host+`": {"identitytoken": "identity token"}}}`)
		return keychain(map[string]string{"REGISTRY_AUTH_FILE": path})
	}
	with := func(password string) func(*testing.T, *faulty.Server) *registry.Keychain {
		return func(t *testing.T, s *faulty.Server) *registry.Keychain { return authFile(t, s.Host, "me", password) }
	}
	for _, tc := range []struct {
		name     string
		auth     faulty.Auth
		keychain func(*testing.T, *faulty.Server) *registry.Keychain
		want     []string // nil: it succeeds
	}{
		{"token for anybody", faulty.Auth{}, nil, nil},
		{"token for a password", faulty.Auth{User: "me", Password: password}, with(password), nil},
		{"token for an identity token", faulty.Auth{User: "me", Password: password, RefreshToken: "identity token"}, refresh, nil},
		{"basic", faulty.Auth{User: "me", Password: password, Basic: true}, with(password), nil},
		{"token without a password", faulty.Auth{User: "me", Password: password}, nil,
			[]string{"401 Unauthorized", "docker login", "credentials: none for"}},
		{"token for a wrong password", faulty.Auth{User: "me", Password: password}, with("wrong horse"),
			[]string{"401 Unauthorized", "use an account that may do this", "the entry of 127.0.0.1:", "auth.json"}},
		{"basic without a password", faulty.Auth{User: "me", Password: password, Basic: true}, nil,
			[]string{"401 Unauthorized", "docker login 127.0.0.1:"}},
		{"token denied", faulty.Auth{Denied: []string{"repository:some/app:push,pull"}}, nil,
			[]string{"403 Forbidden", "DENIED"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := faulty.New(t)
			s.Require(tc.auth)
			w := new(waits)
			c := client(t, func(o *registry.Options) {
				o.Sleep = w.sleep
				if tc.keychain != nil {
					o.Keychain = tc.keychain(t, s)
				}
			})
			img := imageOf("linux/amd64", layer("a", bytesOf(1, 10_000)))
			_, err := c.Push(context.Background(), references(t, s.Host+"/some/app:v1"), img)
			if tc.want == nil {
				if err != nil {
					t.Fatalf("%v\n%s", err, s)
				}
				return
			}
			wantError(t, err, append(tc.want, "the registry "+s.Host+" ", "the repository some/app ", "repository:some/app:push,pull")...)
			var access *registry.AccessError
			if !errors.As(err, &access) {
				t.Fatalf("%T", err)
			}
			if strings.Contains(err.Error(), "horse") {
				t.Errorf("%v tells the password", err)
			}
			if len(w.all) != 0 {
				t.Errorf("tried again after %v", w.all)
			}
		})
	}
}

// TestExpiredToken: a token that ends at any moment of a push is renewed once.
func TestExpiredToken(t *testing.T) {
	for _, tc := range []struct {
		method string
		kind   faulty.Kind
	}{
		{"HEAD", faulty.Manifest}, {"HEAD", faulty.Blob}, {"POST", faulty.Upload}, {"PATCH", faulty.Upload},
		{"PUT", faulty.Upload}, {"PUT", faulty.Manifest},
	} {
		t.Run(tc.method+" "+string(tc.kind), func(t *testing.T) {
			s := faulty.New(t)
			s.Require(faulty.Auth{})
			s.When(tc.method, tc.kind).Times(1).Do(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				s.Expire()
				next.ServeHTTP(w, r)
			})
			c := client(t, func(o *registry.Options) { o.Jobs = 1 })
			img := imageOf("linux/amd64", layer("a", bytesOf(1, 500_000)))
			if _, err := c.Push(context.Background(), references(t, s.Host+"/app:v1"), img); err != nil {
				t.Fatalf("%v\n%s", err, s)
			}
			if s.Tokens() != 2 {
				t.Errorf("%d tokens were given\n%s", s.Tokens(), s)
			}
		})
	}
	t.Run("for several blobs at once", func(t *testing.T) {
		s := faulty.New(t)
		s.Require(faulty.Auth{})
		var once sync.Once
		s.When("HEAD", faulty.Blob).Do(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			once.Do(s.Expire)
			next.ServeHTTP(w, r)
		})
		var layers []registry.Layer
		for i := range 8 {
			layers = append(layers, layer("a", bytesOf(byte(i), 10_000)))
		}
		c := client(t, func(o *registry.Options) { o.Jobs = 8 })
		if _, err := c.Push(context.Background(), references(t, s.Host+"/app:v1"), imageOf("linux/amd64", layers...)); err != nil {
			t.Fatalf("%v\n%s", err, s)
		}
		if s.Tokens() != 2 {
			t.Errorf("%d tokens were given\n%s", s.Tokens(), s)
		}
	})
	t.Run("in the middle of a blob", func(t *testing.T) {
		s := faulty.New(t)
		s.Require(faulty.Auth{})
		data := bytesOf(1, 100_000)
		s.PutBlob("app", data)
		s.When("GET", faulty.Blob).Times(1).Do(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			defer s.Expire()
			faulty.ShortAnswer(30_000)(w, r, next)
		})
		if _, err := fetch(client(t), s, v1.Descriptor{Digest: hashOf(data), Size: 100_000}); err != nil {
			t.Fatalf("%v\n%s", err, s)
		}
		if _, _, out := s.Count("GET", faulty.Blob); s.Tokens() > 2 || out > 101_000 {
			t.Errorf("%d tokens, %d bytes\n%s", s.Tokens(), out, s)
		}
	})
	t.Run("tokens that are never good", func(t *testing.T) {
		s := faulty.New(t)
		s.Require(faulty.Auth{})
		s.When("", faulty.Manifest).Do(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			s.Expire()
			next.ServeHTTP(w, r)
		})
		_, err := client(t).Resolve(context.Background(), reference(t, s.Host+"/app:v1"), registry.Platform{OS: "linux", Architecture: "amd64"})
		wantError(t, err, "401 Unauthorized", "repository:app:pull")
		if n, _, _ := s.Count("GET", faulty.Manifest); n != 2 || s.Tokens() != 2 {
			t.Errorf("%d requests with %d tokens", n, s.Tokens())
		}
	})
}

// TestTokenServer: it may fail and answer wrongly, too.
func TestTokenServer(t *testing.T) {
	get := func(t *testing.T, s *faulty.Server, change ...func(*registry.Options)) error {
		_, err := client(t, change...).Resolve(context.Background(), reference(t, s.Host+"/app:v1"), registry.Platform{OS: "linux", Architecture: "amd64"})
		return err
	}
	t.Run("503 at first", func(t *testing.T) {
		s := faulty.New(t)
		s.Require(faulty.Auth{})
		s.When("", faulty.Token).Times(3).Do(faulty.Status(503, ""))
		wantError(t, get(t, s), "MANIFEST_UNKNOWN")
	})
	t.Run("an answer without a token", func(t *testing.T) {
		s := faulty.New(t)
		s.Require(faulty.Auth{})
		s.When("", faulty.Token).Do(faulty.Status(200, `{"refresh_token": "secret-refresh"}`, "Content-Type", "application/json"))
		err := get(t, s)
		wantError(t, err, "no token")
		if strings.Contains(err.Error(), "secret-refresh") {
			t.Errorf("%v tells a token", err)
		}
	})
	t.Run("a web page", func(t *testing.T) {
		s := faulty.New(t)
		s.Require(faulty.Auth{})
		s.When("", faulty.Token).Do(faulty.HTML())
		wantError(t, get(t, s), "captive portal")
	})
	t.Run("redirects to another host", func(t *testing.T) {
		for _, password := range []bool{true, false} {
			s, thief := faulty.New(t), faulty.New(t)
			s.Require(faulty.Auth{User: "me", Password: "very secret", RefreshToken: "identity token"})
			s.When("", faulty.Token).Do(faulty.Redirect(strings.Replace(thief.URL, "127.0.0.1", "localhost", 1)))
			chain := authFile(t, s.Host, "me", "very secret")
			if !password {
				path := write(t, filepath.Join(t.TempDir(), "auth.json"), `{"auths": {"`+s.Host+`": {"identitytoken": "identity token"}}}`)
				chain = keychain(map[string]string{"REGISTRY_AUTH_FILE": path})
			}
			wantError(t, get(t, s, func(o *registry.Options) { o.Keychain = chain }), "")
			for _, r := range thief.Requests("", "") {
				if r.Header.Get("Authorization") != "" || r.Method == "POST" {
					t.Errorf("credentials were sent to another host: %s %v", r.Method, r.Header)
				}
			}
		}
	})
}

// TestSecretsAreNotTold: not even where the registry tells them.
func TestSecretsAreNotTold(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		user, password, _ := r.BasicAuth()
		faulty.Status(400, fmt.Sprintf(`{"errors":[{"code":"X","message":"you sent %s, %s %s"}]}`, r.Header.Get("Authorization"), user, password))(w, r, nil)
	}
	for _, basic := range []bool{true, false} {
		for _, kind := range []faulty.Kind{faulty.Manifest, faulty.Token} {
			s := faulty.New(t)
			s.Require(faulty.Auth{User: "me", Password: "very secret", Basic: basic})
			s.When("GET", kind).Do(echo)
			c := client(t, func(o *registry.Options) { o.Keychain = authFile(t, s.Host, "me", "very secret") })
			_, err := c.Resolve(context.Background(), reference(t, s.Host+"/app:v1"), amd64)
			if basic && kind == faulty.Token {
				continue
			}
			wantError(t, err, "you sent", "[secret]")
			for _, secret := range []string{"very secret", "token-1", base64.StdEncoding.EncodeToString([]byte("me:very secret"))} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%v tells %q", err, secret)
				}
			}
		}
	}
}
