package remotecache

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func serveHTTP(t *testing.T, handler http.Handler) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

func TestHeaders(t *testing.T) {
	protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
		d := s.add(sample(10))
		program, asked := helperScript(t, `echo '{"headers": {"Authorization": ["Bearer told"]}, "more": 1}'`)
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

// TestRenewed: a helper whose headers are refused is asked again, once for each
// of its answers that was good for something, and once if the first is not.
func TestRenewed(t *testing.T) {
	protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
		d := s.add(sample(10))
		var good atomic.Int64
		s.reply = func(_ int, r request) reply {
			if r.headers["authorization"] != strconv.FormatInt(good.Load(), 10) {
				return reply{refuse: http.StatusUnauthorized}
			}
			return reply{}
		}
		program, asked := counting(t)
		c := connect(Options{CredentialHelper: program})
		for _, step := range []struct {
			good  int64
			asked int
			read  bool
		}{{2, 2, true}, {2, 2, true}, {3, 3, true}, {4, 4, true}, {9, 5, false}, {9, 5, false}, {5, 5, true}, {6, 6, true}} {
			good.Store(step.good)
			_, err := c.read(t.Context(), d, 0)
			if step.read && err != nil || !step.read && !is[*AccessError](err) {
				t.Errorf("the cache takes %d: got %v", step.good, err)
			}
			if n := timesAsked(t, asked); n != step.asked {
				t.Errorf("the cache takes %d: the helper was asked %d times, want %d", step.good, n, step.asked)
			}
		}
	})
}

// TestRenewedAtOnce: however many requests have headers that have come to their
// end, the helper is asked again once, and all of them go on.
func TestRenewedAtOnce(t *testing.T) {
	protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
		d := s.add(sample(10))
		s.reply = func(_ int, r request) reply {
			if r.headers["authorization"] != "2" {
				return reply{refuse: http.StatusUnauthorized, hold: 100 * time.Millisecond}
			}
			return reply{}
		}
		program, asked := counting(t)
		c := connect(Options{CredentialHelper: program})
		var reading sync.WaitGroup
		for range atOnce {
			reading.Go(func() {
				if _, err := c.read(t.Context(), d, 0); err != nil {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		if n := timesAsked(t, asked); n != 2 {
			t.Errorf("the helper was asked %d times, want 2", n)
		}
	})
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
