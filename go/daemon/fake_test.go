package daemon

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

var background = context.Background()

// fake plays a daemon on a Unix socket. Requests go to handlers by method and
// path, without the version: "POST /images/load".
type fake struct {
	client *Client
	socket string

	mu       sync.Mutex
	requests []string // as they came, "POST /v1.41/images/load"
}

// startFake starts a daemon of API version 1.41 that has these handlers.
func startFake(t *testing.T, handlers map[string]http.HandlerFunc) *fake {
	t.Helper()
	return startFakeServer(t, handlerOf("1.41", handlers))
}

// startFakeServer starts a daemon that is handler.
func startFakeServer(t *testing.T, handler http.Handler) *fake {
	t.Helper()
	// t.TempDir is too long for the path of a socket.
	dir, err := os.MkdirTemp("", "daemon")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	f := &fake{socket: filepath.Join(dir, "docker.sock")}
	listener, err := net.Listen("unix", f.socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: f.recorder(handler)}}
	server.Start()
	t.Cleanup(server.Close)
	if f.client, err = New("unix://" + f.socket); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.client.Close)
	return f
}

// recorder is handler, with the requests kept.
func (f *fake) recorder(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.requests = append(f.requests, r.Method+" "+r.URL.RequestURI())
		f.mu.Unlock()
		handler.ServeHTTP(w, r)
	})
}

// handler is a daemon of API version 1.41 that has these handlers.
func (f *fake) handler(handlers map[string]http.HandlerFunc) http.Handler {
	return f.recorder(handlerOf("1.41", handlers))
}

// handlerOf answers requests for a version of the API, or none, by method and
// path.
func handlerOf(version string, handlers map[string]http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, versioned := strings.CutPrefix(r.URL.Path, "/v"+version)
		if h, ok := handlers[r.Method+" "+path]; ok {
			h(w, r)
			return
		}
		if path == "/_ping" && !versioned {
			w.Header().Set("Api-Version", version)
			_, _ = io.WriteString(w, "OK")
			return
		}
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, `{"message":"no such thing: %s"}`, r.URL.Path)
	})
}

// has says whether a request came.
func (f *fake) has(request string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Contains(f.requests, request)
}

// reply is a handler that answers status and body.
func reply(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// cutOff is a handler whose answer breaks off after body.
func cutOff(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// hijack is a handler that takes the connection over, as attach does.
func hijack(use func(conn net.Conn, r *bufio.Reader)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
		use(conn, rw.Reader)
	}
}

// frame is one frame of a multiplexed stream.
func frame(stream byte, data string) string {
	head := [8]byte{stream}
	binary.BigEndian.PutUint32(head[4:], uint32(len(data)))
	return string(head[:]) + data
}

// wantError checks that err is there and has each of these in its text.
func wantError(t *testing.T, err error, wants ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", wants)
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q, want one with %q", err, want)
		}
	}
}
