package endpoint

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// pingedEngine answers a request once it was pinged so often, 0 is never. dials
// counts its connections.
func pingedEngine(t *testing.T, pings int) (socket string, dials *atomic.Int32) {
	t.Helper()
	pinged, end := make(chan struct{}, 1000), make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/_ping" {
			_, _ = io.WriteString(w, "OK")
			pinged <- struct{}{}
			return
		}
		for n := 0; n < pings || pings == 0; n++ {
			select {
			case <-pinged:
			case <-end:
				return
			}
		}
		_, _ = io.WriteString(w, "done")
	}))
	dials = &atomic.Int32{}
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			dials.Add(1)
		}
	}
	listener := listenUnix(t)
	server.Listener = listener
	server.Start()
	t.Cleanup(func() {
		close(end)
		server.CloseClientConnections()
		server.Close()
	})
	return listener.Addr().String(), dials
}

// ask makes a request that the dog watches.
func ask(t *testing.T, dog *Watchdog) (string, error) {
	t.Helper()
	client := &http.Client{Transport: dog}
	t.Cleanup(client.CloseIdleConnections)
	resp, err := client.Get(dog.Endpoint.BaseURL() + "/load")
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

// TestPingsShareAConnection: one for the request, one for all pings.
func TestPingsShareAConnection(t *testing.T) {
	socket, dials := pingedEngine(t, 4)
	e := mustParse(t, "unix://"+socket, Options{})
	dog := &Watchdog{Endpoint: e, Next: e.Transport(), Patience: 5 * time.Millisecond}
	if text, err := ask(t, dog); text != "done" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
	if n := dials.Load(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
}

// TestPingWithoutConnection has connections for pings fail, always or for some
// times.
func TestPingWithoutConnection(t *testing.T) {
	timeout := &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}
	refused := &net.OpError{Op: "dial", Net: "unix", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	missing := &net.OpError{Op: "dial", Net: "unix", Err: os.NewSyscallError("connect", syscall.ENOENT)}
	const always = 1 << 20
	for _, test := range []struct {
		name  string
		err   error
		times int32
		want  []string // of an error
	}{
		{"for a while", timeout, 3, nil},
		{"the backlog is full", &net.OpError{Op: "dial", Net: "unix", Err: syscall.EAGAIN}, 1, nil},
		{"always", timeout, always, []string{"it sent no answer for 20ms, nor can a connection be made for a ping (dial tcp: i/o timeout)"}},
		{"it is gone", refused, 1, []string{"it sent no answer for 5ms, nor does it answer a ping (dial unix: connect: connection refused)"}},
		{"its socket is gone", missing, 1, []string{"it sent no answer for 5ms, nor does it answer a ping (dial unix: connect: no such file"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			pings := 1
			if test.want != nil {
				pings = 0
			}
			socket, _ := pingedEngine(t, pings)
			e := mustParse(t, "unix://"+socket, Options{})
			transport, dials := e.Transport(), atomic.Int32{}
			transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
				if n := dials.Add(1); n > 1 && n <= 1+test.times {
					return nil, e.dialError(ctx, test.err)
				}
				return e.DialContext(ctx)
			}
			dog := &Watchdog{Endpoint: e, Next: transport, Patience: 5 * time.Millisecond, MaxStalls: 4}
			wantOutcome(t, dog, test.want)
		})
	}
}

// wantOutcome checks that a request goes well, or that it fails with these words.
func wantOutcome(t *testing.T, dog *Watchdog, want []string) {
	t.Helper()
	text, err := ask(t, dog)
	if want == nil {
		if text != "done" || err != nil {
			t.Errorf("got %q, %v", text, err)
		}
		return
	}
	wantError(t, Explain(err), append(want, "is stuck: ")...)
	var stuck *StuckError
	if !errors.As(err, &stuck) {
		t.Errorf("got %#v", err)
	}
}

// TestPingOverSSH: the first ssh makes a connection. Those for pings do not, or
// only later.
func TestPingOverSSH(t *testing.T) {
	for _, test := range []struct {
		name    string
		hosts   []string // of the pings, the last one is that of all that follow
		timeout time.Duration
		want    []string
	}{
		{"refused twice", []string{"denied", "denied", "build"}, 0, nil},
		{"refused", []string{"denied"}, 0, []string{"nor can a connection be made for a ping (ssh ended with exit status 255: Warning: welcome; me@denied: Permission denied (publickey).)"}},
		{"waits for a key", []string{"waits"}, 5 * time.Millisecond, []string{"nor can a connection be made for a ping (no answer for 5ms)"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			fakeSSH(t)
			pings := 1
			if test.want != nil {
				pings = 0
			}
			socket, _ := pingedEngine(t, pings)
			e := mustParse(t, "ssh://build"+socket, Options{})
			transport, dials := e.Transport(), atomic.Int32{}
			transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
				n := int(dials.Add(1))
				if n == 1 {
					return e.DialContext(ctx)
				}
				host := test.hosts[min(n-2, len(test.hosts)-1)]
				return mustParse(t, "ssh://"+host+socket, Options{}).DialContext(ctx)
			}
			dog := &Watchdog{Endpoint: e, Next: transport, Patience: 5 * time.Millisecond, PingTimeout: test.timeout, MaxStalls: 3}
			want := test.want
			if want != nil {
				want = append(want, "it sent no answer for 15ms")
			}
			wantOutcome(t, dog, want)
		})
	}
}

// TestPingOverSSHThatAnswered: on a connection on which pings were answered, one
// without an answer shows that the engine is stuck.
func TestPingOverSSHThatAnswered(t *testing.T) {
	fakeSSH(t)
	end, died := make(chan struct{}), make(chan struct{})
	die := sync.OnceFunc(func() { close(died) })
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/_ping" || r.Header.Get(unanswered) != "" {
			<-end
		}
		die()
	}))
	listener := listenUnix(t)
	server.Listener = listener
	server.Start()
	t.Cleanup(func() {
		close(end)
		server.CloseClientConnections()
		server.Close()
	})
	e := mustParse(t, "ssh://build"+listener.Addr().String(), Options{})
	dog := &Watchdog{Endpoint: e, Next: pinger{e.Transport(), died}, Patience: 5 * time.Millisecond, PingTimeout: 5 * time.Millisecond, MaxStalls: 1 << 20}
	wantOutcome(t, dog, []string{"it sent no answer for 10ms, nor does it answer a ping (no answer for 5ms)"})
}

// TestWatchdogGone: an engine that is gone by the time it is looked for.
func TestWatchdogGone(t *testing.T) {
	listener := listenUnix(t)
	e := mustParse(t, "unix://"+listener.Addr().String(), Options{})
	accepted, gone := make(chan net.Conn, 1), make(chan struct{})
	go func() {
		defer close(gone)
		conn, err := listener.Accept()
		_ = listener.Close()
		if err == nil {
			accepted <- conn
		}
	}()
	transport, dials := e.Transport(), atomic.Int32{}
	transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		if dials.Add(1) > 1 {
			<-gone
		}
		return e.DialContext(ctx)
	}
	dog := &Watchdog{Endpoint: e, Next: transport, Patience: 5 * time.Millisecond}
	_, err := ask(t, dog)
	wantError(t, Explain(err), "is stuck: it sent no answer for 5ms, nor does it answer a ping (dial unix ", "no such file")
	_ = (<-accepted).Close()
}
