package nixcache_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nixcache"
	"github.com/rules-strata/rules_strata/go/nixlock/locktest"
)

func withNetrc(t *testing.T, text string) nixcache.Option {
	t.Helper()
	file := filepath.Join(t.TempDir(), "netrc")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return nixcache.WithNetrc(file)
}

// guard answers those who do not log in.
func guard(w http.ResponseWriter, r *http.Request, _ int) bool {
	user, password, _ := r.BasicAuth()
	if user == "me" && password == "secret" {
		return false
	}
	http.Error(w, "no", http.StatusUnauthorized)
	return true
}

// guarded serves a cache to those who log in.
func guarded(t *testing.T) (files *locktest.Cache, server *locktest.Server) {
	files = locktest.New("a-1")
	server = files.Serve(t)
	server.SetFault(guard)
	return files, server
}

func TestLogin(t *testing.T) {
	files, server := guarded(t)
	path := files.Add("hello-1.0")
	if _, err := readAll(newClient(t, withNetrc(t, "machine 127.0.0.1 login me password secret\n")), server.URL, path); err != nil {
		t.Error(err)
	}
	t.Setenv("NETRC", filepath.Join(t.TempDir(), "none"))
	for name, test := range map[string]struct{ netrc, want string }{
		"wrong password": {"machine 127.0.0.1 login me password guess", "the login for machine 127.0.0.1 in "},
		"other machine":  {"machine example.org login me password secret", "no login was sent: add one for machine 127.0.0.1 to "},
		"default":        {"default login me password secret", "no login was sent"},
	} {
		_, err := readAll(newClient(t, withNetrc(t, test.netrc)), server.URL, path)
		wantError(t, err, "401 Unauthorized", test.want, server.URL)
		if strings.Contains(err.Error(), "guess") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error has the password: %v", name, err)
		}
	}
}

// Another port is another server: net/http alone would hand it the login.
func TestLoginStaysAtHome(t *testing.T) {
	files, home := guarded(t)
	path := files.Add("hello-1.0")
	elsewhere := files.Serve(t)
	elsewhere.SetFault(func(w http.ResponseWriter, r *http.Request, n int) bool {
		if header := r.Header.Get("Authorization"); header != "" {
			t.Errorf("%s got the login", r.URL)
		}
		return false
	})
	home.SetFault(func(w http.ResponseWriter, r *http.Request, n int) bool {
		if guard(w, r, n) {
			return true
		}
		http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusFound)
		return true
	})
	if _, err := readAll(newClient(t, withNetrc(t, "machine 127.0.0.1 login me password secret")), home.URL, path); err != nil {
		t.Error(err)
	}
	if elsewhere.Total() == 0 {
		t.Error("the redirects were not followed")
	}
}

func TestRedirectOnOneServerKeepsLogin(t *testing.T) {
	files, server := guarded(t)
	path := files.Add("hello-1.0")
	server.SetFault(func(w http.ResponseWriter, r *http.Request, n int) bool {
		if guard(w, r, n) {
			return true
		}
		if strings.HasPrefix(r.URL.Path, "/old/") {
			http.Redirect(w, r, strings.TrimPrefix(r.URL.Path, "/old"), http.StatusMovedPermanently)
			return true
		}
		return false
	})
	if _, err := readAll(newClient(t, withNetrc(t, "machine 127.0.0.1 login me password secret")), server.URL+"/old", path); err != nil {
		t.Error(err)
	}
}
