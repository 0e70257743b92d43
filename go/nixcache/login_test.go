package nixcache_test

import (
	"context"
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

// A narinfo is not signed as a whole: its URL can name any server, and must not
// get another server's login out of the program.
func TestLoginStaysAtHomeWithAbsoluteURL(t *testing.T) {
	const netrc = "machine 127.0.0.1 login me password secret machine localhost login me password secret"
	for _, test := range []struct {
		name string
		url  func(home, elsewhere string) string
		want bool // the login is sent
	}{
		{"another port", func(_, elsewhere string) string { return elsewhere }, false},
		{"another name", func(home, _ string) string { return strings.Replace(home, "127.0.0.1", "localhost", 1) }, false},
		{"the cache itself", func(home, _ string) string { return home }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			files, home := guarded(t)
			path := files.Add("hello-1.0")
			elsewhere := files.Serve(t)
			elsewhere.SetFault(guard)
			url := test.url(home.URL, elsewhere.URL)
			files.Edit(path, "URL: ", "URL: "+url+"/")
			// The name is the same file for the servers.
			files.Files[strings.TrimPrefix(files.URL(path), url+"/")] = locktest.Compress(locktest.NAR("content of hello-1.0"))
			_, err := readAll(newClient(t, withNetrc(t, netrc)), home.URL, path)
			if test.want {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantError(t, err, "401 Unauthorized: no login was sent: "+strings.TrimPrefix(url, "http://")+" is not the server of the cache, to which alone logins are sent")
		})
	}
}

// A cache in a folder has no server that logins are for.
func TestLoginOfAFolder(t *testing.T) {
	files, server := guarded(t)
	path := files.Add("hello-1.0")
	files.Edit(path, "URL: ", "URL: "+server.URL+"/")
	folder := t.TempDir()
	files.WriteTo(t, folder)
	_, err := readAll(newClient(t, withNetrc(t, "machine 127.0.0.1 login me password secret")), "file://"+folder, path)
	wantError(t, err, "401 Unauthorized: no login was sent: ", "is not the server of the cache")
}

func TestLoginOfOpen(t *testing.T) {
	files, server := guarded(t)
	path := files.Add("hello-1.0")
	login := withNetrc(t, "machine 127.0.0.1 login me password secret")
	for _, test := range []struct {
		name   string
		caches []string
		want   string // "": no error
	}{
		{"no cache", nil, "is not the server of the cache"},
		{"another cache", []string{"https://127.0.0.1", "file:///x"}, "is not the server of the cache"},
		{"the cache", []string{"file:///x", server.URL + "/folder"}, ""},
		{"no URL", []string{"x"}, "want https://, http:// or file://"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in, err := newClient(t, login, nixcache.WithCaches(test.caches...)).Open(context.Background(), server.URL+"/"+files.URL(path))
			if test.want != "" {
				wantError(t, err, test.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			in.Close()
		})
	}
}

// A netrc file with which something is wrong is a matter of the caches that want
// a login.
func TestWrongNetrc(t *testing.T) {
	files, server := guarded(t)
	path := files.Add("hello-1.0")
	open := files.Serve(t)
	folder := t.TempDir()
	files.WriteTo(t, folder)
	unreadable := nixcache.WithNetrc(folder) // a folder, which root cannot read either
	for _, url := range []string{open.URL, "file://" + folder} {
		if _, err := readAll(newClient(t, unreadable), url, path); err != nil {
			t.Error(err)
		}
	}
	_, err := readAll(newClient(t, unreadable), server.URL, path)
	wantError(t, err, server.URL, "401 Unauthorized: no login was sent: the logins cannot be read: read "+folder)
	if _, err := readAll(newClient(t, withNetrc(t, "machine 127.0.0.1\nport 443\nlogin me\npassword secret\n")), server.URL, path); err != nil {
		t.Error(err)
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
