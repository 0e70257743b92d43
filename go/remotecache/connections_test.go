package remotecache

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestDeadConnection: a connection that has gone silent is not used again.
func TestDeadConnection(t *testing.T) {
	for _, test := range []struct {
		name  string
		serve func(t *testing.T, s *server) (address string)
		to    func(p *silencer) string
	}{
		{"gRPC", func(t *testing.T, s *server) string { return serveGRPC(t, "tcp", "127.0.0.1:0", s) }, func(p *silencer) string { return "grpc://" + p.address }},
		{"HTTP", func(t *testing.T, s *server) string { return strings.TrimPrefix(serveHTTP(t, s), "http://") }, func(p *silencer) string { return "http://" + p.address + "/base" }},
		{"HTTP/2", serveHTTP2, func(p *silencer) string { return "https://" + p.address + "/base" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := &server{}
			data := sample(10 * messageSize)
			d := s.add(data)
			p := newSilencer(t, test.serve(t, s))
			timeouts := defaultTimeouts
			timeouts.Answer, timeouts.Stall = 500*time.Millisecond, 500*time.Millisecond
			c := connectTo(t, test.to(p))(Options{Timeouts: timeouts})
			if h, ok := c.from.(*httpCache); ok {
				h.client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
			}
			if _, err := c.read(t.Context(), d, 0); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				p.silence()
				if got, err := c.read(t.Context(), d, 0); err != nil || !bytes.Equal(got, data) {
					t.Fatalf("%d bytes, %v", len(got), err)
				}
			}
			for begin := time.Now(); p.live.Load() > 1; time.Sleep(time.Millisecond) {
				// A client keeps a connection that it does not need for half a minute.
				if time.Since(begin) > time.Minute {
					t.Fatalf("%d connections are open, want the last", p.live.Load())
				}
			}
		})
	}
}

// TestSilentBlob: what else is under way by a connection does not suffer from
// one blob that does not come.
func TestSilentBlob(t *testing.T) {
	protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
		long, short := sample(4*streamWindow), sample(10)
		d, missing := s.add(long), s.add(short)
		var asked atomic.Int64
		s.reply = func(_ int, r request) reply {
			return reply{silent: strings.Contains(r.blob, missing.SHA256) && asked.Add(1) == 1}
		}
		timeouts := defaultTimeouts
		timeouts.Answer = 500 * time.Millisecond
		c := connect(Options{Timeouts: timeouts})
		r, err := c.Open(t.Context(), d, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		if got, err := c.read(t.Context(), missing, 0); err != nil || !bytes.Equal(got, short) {
			t.Fatalf("%q, %v", got, err)
		}
		if rest, err := io.ReadAll(r); err != nil || !bytes.Equal(rest, long[1:]) {
			t.Errorf("%d bytes, %v", len(rest), err)
		}
		if got := s.offsets(); slices.Max(got) > 0 {
			t.Errorf("asked from %d on, want all from 0", got)
		}
	})
}

func serveHTTP2(t *testing.T, s *server) string {
	t.Helper()
	listening := httptest.NewUnstartedServer(s)
	listening.EnableHTTP2 = true
	listening.StartTLS()
	t.Cleanup(listening.Close)
	return listening.Listener.Addr().String()
}

// silencer passes connections on to a server until they go silent.
type silencer struct {
	address string
	// live is the number of connections that the client has not closed.
	live atomic.Int64

	mu   sync.Mutex
	open []*atomic.Bool
}

func newSilencer(t *testing.T, server string) *silencer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &silencer{address: listener.Addr().String()}
	var accepting sync.WaitGroup
	var conns []net.Conn
	t.Cleanup(func() {
		_ = listener.Close()
		accepting.Wait()
		for _, conn := range conns {
			_ = conn.Close()
		}
	})
	accepting.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			conns = append(conns, client)
			to, err := net.Dial("tcp", server)
			if err != nil {
				_ = client.Close() // The client says what is wrong.
				continue
			}
			conns = append(conns, to)
			silent := new(atomic.Bool)
			p.mu.Lock()
			p.open = append(p.open, silent)
			p.mu.Unlock()
			p.live.Add(1)
			go pass(client, to, silent)
			go func() {
				pass(to, client, silent)
				p.live.Add(-1)
			}()
		}
	})
	return p
}

// pass drops what comes once the connection is silent.
func pass(to io.WriteCloser, from io.Reader, silent *atomic.Bool) {
	defer to.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if silent.Load() {
			continue
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// silence is for all connections that there are.
func (p *silencer) silence() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, silent := range p.open {
		silent.Store(true)
	}
}
