package nixcache

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/store"
)

// newFastClient makes a client that comes back at once, with a clock that goes on
// whenever it is read.
func newFastClient(t *testing.T, tick time.Duration) *Client {
	t.Helper()
	c := New(WithBackoff(Backoff{Base: time.Nanosecond, Max: time.Nanosecond}), WithNetrc(""))
	var ticks atomic.Int64
	start := time.Now()
	c.now = func() time.Time { return start.Add(time.Duration(ticks.Add(1)) * tick) }
	t.Cleanup(c.Close)
	return c
}

func wantErrorText(t *testing.T, err error, phrases ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", phrases)
	}
	for _, phrase := range phrases {
		if !strings.Contains(err.Error(), phrase) {
			t.Errorf("got the error %q, want one with %q", err, phrase)
		}
	}
}

// pieces serves a large file, of which every connection sends one piece and then
// breaks.
func pieces(t *testing.T, whole, piece int) (url string, requests *atomic.Int64) {
	t.Helper()
	content := strings.Repeat("x", whole)
	requests = new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		w.Header().Set("Etag", `"1"`)
		http.ServeContent(&piecewise{w, piece}, r, "x.nar", time.Time{}, strings.NewReader(content))
	}))
	t.Cleanup(server.Close)
	return server.URL + "/x.nar", requests
}

type piecewise struct {
	http.ResponseWriter
	left int
}

func (p *piecewise) Write(data []byte) (int, error) {
	if len(data) > p.left {
		_, _ = p.ResponseWriter.Write(data[:p.left])
		p.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	p.left -= len(data)
	return p.ResponseWriter.Write(data)
}

func TestConnectionsThatBreak(t *testing.T) {
	for _, test := range []struct {
		name         string
		whole, piece int
		requests     int64
		want         string // "": it is read
	}{
		{"a byte each", 100, 1, tries, "unexpected EOF, after 5 bytes"},
		{"some bytes each", 1 << 20, minProgress - 1, tries, "unexpected EOF"},
		{"enough bytes each", 20 * minProgress, minProgress, 20, ""},
		{"a small file in few pieces", 3, 1, 3, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			url, requests := pieces(t, test.whole, test.piece)
			in, err := newFastClient(t, 0).Open(context.Background(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			n, err := io.Copy(io.Discard, in)
			if test.want != "" {
				wantErrorText(t, err, url, test.want)
			} else if err != nil || n != int64(test.whole) {
				t.Errorf("%d bytes, %v", n, err)
			}
			if got := requests.Load(); got != test.requests {
				t.Errorf("%d requests, want %d", got, test.requests)
			}
		})
	}
}

// trickle sends a byte, and keeps the connection open.
func trickle(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/nix-cache-info" {
		_, _ = io.WriteString(w, "StoreDir: /nix/store\n")
		return
	}
	w.Header().Set("Content-Length", "100000")
	for range 1000 {
		_, _ = io.WriteString(w, "x")
		w.(http.Flusher).Flush()
	}
	<-r.Context().Done()
}

func TestTrickle(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(trickle))
	defer server.Close()
	in, err := newFastClient(t, 59*time.Second).Open(context.Background(), server.URL+"/x")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	_, err = io.Copy(io.Discard, in)
	wantErrorText(t, err, server.URL+"/x", "slower than 1024 bytes a second for 30s")
}

// The file comes, and fast, but all in all it takes too long.
func TestSmallFileTakesTooLong(t *testing.T) {
	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1); strings.HasSuffix(r.URL.Path, ".narinfo") {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "StoreDir: /nix/store\n")
	}))
	defer server.Close()
	c := newFastClient(t, 0)
	cache, err := c.Cache(context.Background(), server.URL, store.DefaultDir)
	if err != nil {
		t.Fatal(err)
	}
	c.now = newFastClient(t, smallTime/2).now
	const path = "/nix/store/00000000000000000000000000000000-x"
	_, err = cache.NARInfo(context.Background(), path)
	wantErrorText(t, err, server.URL+"/00000000000000000000000000000000.narinfo: not read in 5m0s")
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

func TestSpeed(t *testing.T) {
	for _, test := range []struct {
		name  string
		n     int
		every time.Duration
		times int
		want  bool // it is fast enough
	}{
		{"nothing", 0, time.Second, 30, false},
		{"a byte a minute", 1, 59 * time.Second, 1, false},
		{"too slow", minSpeed - 1, time.Second, 30, false},
		{"too slow, but not for long", minSpeed - 1, time.Second, 29, true},
		{"fast enough", minSpeed, time.Second, 1000, true},
		{"in bursts", 29 * minSpeed, 29 * time.Second, 100, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			var s speed
			var err error
			for range test.times {
				if err = s.add(test.n, test.every); err != nil {
					break
				}
			}
			if (err == nil) != test.want {
				t.Errorf("got %v", err)
			}
		})
	}
}
