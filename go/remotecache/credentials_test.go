package remotecache

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func serveHTTP(t *testing.T, handler http.Handler) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

// helper is a program that writes what it is asked to a file and the text to
// its standard output.
func helper(t *testing.T, script string) (program, asked string) {
	t.Helper()
	dir := t.TempDir()
	program, asked = filepath.Join(dir, "helper"), filepath.Join(dir, "asked")
	text := fmt.Sprintf("#!/bin/sh\n{ echo \"$1\"; cat; echo; } >> %s\n%s\n", asked, script)
	if err := os.WriteFile(program, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return program, asked
}

func TestHeaders(t *testing.T) {
	protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
		d := s.add(sample(10))
		program, asked := helper(t, `echo '{"headers": {"Authorization": ["Bearer told"]}, "more": 1}'`)
		c := connect(Options{Headers: []Header{{"x-key", "given"}}, CredentialHelper: program, UserAgent: "tester"})
		for range 2 {
			if _, err := c.read(t.Context(), d, 0); err != nil {
				t.Fatal(err)
			}
		}
		for _, r := range s.asked() {
			if r.headers["x-key"] != "given" || r.headers["authorization"] != "Bearer told" || !strings.HasPrefix(r.headers["user-agent"], "tester") {
				t.Errorf("headers %q", r.headers)
			}
		}
		question, err := os.ReadFile(asked)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(question)), "\n")
		if len(lines) != 2 || lines[0] != "get" || !strings.HasPrefix(lines[1], `{"uri":"http`) {
			t.Errorf("the helper was asked %q, want get with the address, once", lines)
		}
	})
}

// TestRenewed: a helper whose headers are refused is asked again, once.
func TestRenewed(t *testing.T) {
	protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
		d := s.add(sample(10))
		program, asked := helper(t, `if [ -e "$0.again" ]; then echo '{"headers": {"authorization": ["new"]}}'; else : > "$0.again"; echo '{"headers": {"authorization": ["old"]}}'; fi`)
		s.reply = func(_ int, r request) reply {
			if r.headers["authorization"] != "new" {
				return reply{refuse: http.StatusUnauthorized}
			}
			return reply{}
		}
		c := connect(Options{CredentialHelper: program})
		if _, err := c.read(t.Context(), d, 0); err != nil {
			t.Fatal(err)
		}
		s.reply = func(int, request) reply { return reply{refuse: http.StatusUnauthorized} }
		var access *AccessError
		if _, err := c.read(t.Context(), d, 0); !errors.As(err, &access) {
			t.Errorf("got %v", err)
		}
		question, _ := os.ReadFile(asked)
		if n := strings.Count(string(question), "get\n"); n != 2 {
			t.Errorf("the helper was asked %d times, want 2", n)
		}
	})
}

func TestHelperFaults(t *testing.T) {
	for _, test := range []struct{ name, script, said string }{
		{"fails", "echo why >&2; exit 3", "get: exit status 3: why"},
		{"no JSON", "echo secret", "does not answer with"},
		{"not there", "", "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
				d := s.add(sample(10))
				program, _ := helper(t, test.script)
				if test.script == "" {
					program += ".none"
				}
				_, err := connect(Options{CredentialHelper: program}).read(t.Context(), d, 0)
				var helper *HelperError
				if !errors.As(err, &helper) || !strings.Contains(err.Error(), test.said) || strings.Contains(err.Error(), "secret") {
					t.Errorf("got %v, want %q", err, test.said)
				}
				if len(s.asked()) != 0 {
					t.Error("the cache was asked without credentials")
				}
			})
		})
	}
}

// TestWorkspaceHelper: the name of Bazel's rc files for the workspace.
func TestWorkspaceHelper(t *testing.T) {
	program, _ := helper(t, `echo '{"headers": {}}'`)
	dir := filepath.Dir(program)
	c := newCredentials("https://x", Options{CredentialHelper: "%workspace%/helper", Getenv: func(name string) string {
		return map[string]string{"BUILD_WORKSPACE_DIRECTORY": dir}[name]
	}})
	if _, err := c.headers(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestRedirected: headers stay with the host that they are for.
func TestRedirected(t *testing.T) {
	s := &server{}
	d := s.add(sample(10))
	elsewhere := serveHTTP(t, s)
	from := serveHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Key") != "secret" {
			t.Error("the header did not come to the cache itself")
		}
		http.Redirect(w, r, elsewhere+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	c := connectTo(t, from+"/base")(Options{Headers: []Header{{"X-Key", "secret"}, {"Authorization", "secret"}}})
	if _, err := c.read(t.Context(), d, 0); err != nil {
		t.Fatal(err)
	}
	for name, value := range s.asked()[0].headers {
		if strings.Contains(value, "secret") {
			t.Errorf("%s went to another host", name)
		}
	}
}

// TestSecretsAreNotSaid: no error has what a header or an address has.
func TestSecretsAreNotSaid(t *testing.T) {
	s := &server{reply: func(int, request) reply { return reply{refuse: http.StatusForbidden} }}
	d := s.add(sample(10))
	address := strings.Replace(serveHTTP(t, s), "://", "://user:secret@", 1)
	c := connectTo(t, address+"/base")(Options{Headers: []Header{{"X-Key", "secret"}}})
	_, err := c.read(t.Context(), d, 0)
	if err == nil || strings.Contains(err.Error()+c.String(), "secret") {
		t.Errorf("got %v", err)
	}
	if got := s.asked()[0].headers["authorization"]; !strings.HasPrefix(got, "Basic ") {
		t.Errorf("authorization %q", got)
	}
	for _, address := range []string{"ftp://user:secret@x", "http://user:secret@", "user:secret@x", "http://user:secret@x/?q", "http://secret@[x"} {
		if _, err := New(address, Options{}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestUntrusted: a certificate that nobody knows does not become known.
func TestUntrusted(t *testing.T) {
	s := &server{}
	d := s.add(sample(10))
	tls := httptest.NewUnstartedServer(s)
	tls.Config.ErrorLog = nil
	tls.StartTLS()
	t.Cleanup(tls.Close)
	_, err := connectTo(t, tls.URL)(Options{}).read(t.Context(), d, 0)
	if err == nil || !strings.Contains(err.Error(), "certificate") || strings.Contains(err.Error(), "tried") {
		t.Errorf("got %v", err)
	}
}

func TestAddresses(t *testing.T) {
	for _, test := range []struct {
		text, http, target string
		tls                bool
	}{
		{text: "http://cache:8080", http: "http://cache:8080"},
		{text: "https://cache/path/", http: "https://cache/path"},
		{text: "grpc://cache:92", target: "dns:///cache:92"},
		{text: "grpc://cache", target: "dns:///cache:80"},
		{text: "grpcs://cache", target: "dns:///cache:443", tls: true},
		{text: "grpcs://[::1]:5", target: "dns:///[::1]:5", tls: true},
		{text: "cache:5", target: "dns:///cache:5", tls: true},
		{text: "unix:/run/cache", target: "unix:/run/cache"},
		{text: "unix:///run/cache", target: "unix:/run/cache"},
	} {
		a, err := parseAddress(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		got := ""
		if a.http != nil {
			got = a.http.String()
		}
		if got != test.http || a.target != test.target || a.tls != test.tls {
			t.Errorf("%s: %+v", test.text, a)
		}
	}
	for _, text := range []string{"", "://", "http://", "grpc:///x", "grpc://h/path", "file:///x", "http://h?x=1", "unix:", "http://h:port"} {
		if a, err := parseAddress(text); err == nil {
			t.Errorf("%q was taken: %+v", text, a)
		}
	}
}
