package endpoint

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// engineFaults is an engine that hangs as it is told to.
type engineFaults struct {
	// takes says that it reads what is sent.
	takes bool
	// answers says that it answers after some pings, or else at once.
	pings int
	// begins says that it begins an answer at once.
	begins bool
	// hangs says that it does not go on, and dead that it answers no pings either.
	hangs, dead bool
}

// watched starts an engine, and makes a client of it that is watched.
func watched(t *testing.T, f engineFaults) (*Watchdog, *http.Client) {
	t.Helper()
	pinged, end := make(chan struct{}, 1000), make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/_ping" {
			if f.dead {
				<-end
			}
			pinged <- struct{}{}
			return
		}
		if f.takes {
			_, _ = io.Copy(io.Discard, r.Body)
		}
		if f.begins {
			_, _ = io.WriteString(w, "beginning")
			_ = http.NewResponseController(w).Flush()
		}
		for range f.pings {
			<-pinged
		}
		if f.hangs {
			<-end
		}
		_, _ = io.WriteString(w, "end")
	}))
	listener := listenUnix(t)
	server.Listener = listener
	server.Start()
	t.Cleanup(func() {
		close(end)
		server.CloseClientConnections()
		server.Close()
	})
	e := mustParse(t, "unix://"+listener.Addr().String(), Options{Origin: "from X"})
	dog := &Watchdog{Endpoint: e, Next: e.Transport(), Patience: 5 * time.Millisecond}
	if f.dead {
		dog.PingTimeout = 5 * time.Millisecond
	}
	if !f.hangs { // however slow the machine is
		dog.MaxStalls = 1 << 20
	}
	client := &http.Client{Transport: dog}
	t.Cleanup(client.CloseIdleConnections)
	return dog, client
}

func TestWatchdog(t *testing.T) {
	const all = 4 << 20 // more than a socket's buffers take
	for _, test := range []struct {
		name   string
		faults engineFaults
		want   []string // of an error
	}{
		{"works", engineFaults{takes: true}, nil},
		{"works for long before it answers", engineFaults{takes: true, pings: 3}, nil},
		{"works for long while it answers", engineFaults{takes: true, begins: true, pings: 3}, nil},
		{"takes nothing", engineFaults{hangs: true, dead: true},
			[]string{"it took nothing of what was sent for 5ms, nor does it answer a ping (no answer for 5ms)"}},
		{"takes nothing, but is alive", engineFaults{hangs: true},
			[]string{"it took nothing of what was sent for 25ms, although it answers pings: check"}},
		{"does not answer", engineFaults{takes: true, hangs: true, dead: true},
			[]string{"it sent no answer for 5ms, nor does it answer a ping"}},
		{"does not go on with its answer", engineFaults{takes: true, begins: true, hangs: true, dead: true},
			[]string{"it sent no answer for 5ms, nor does it answer a ping"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dog, client := watched(t, test.faults)
			text, err := post(t.Context(), client, dog, io.LimitReader(zeros{}, all))
			if test.want == nil {
				if err != nil || !strings.HasSuffix(text, "end") {
					t.Errorf("got %q, %v", text, err)
				}
				return
			}
			wantError(t, Explain(err), append(test.want, "the Docker daemon at "+dog.Endpoint.String()+" (from X) is stuck: ", "`docker version`", "restart it")...)
			var stuck *StuckError
			if !errors.As(err, &stuck) {
				t.Errorf("got %#v", err)
			}
		})
	}
}

// post makes a request with a body and reads all of the answer.
func post(ctx context.Context, client *http.Client, dog *Watchdog, body io.Reader) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, dog.Endpoint.BaseURL()+"/load", body)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestWatchdogCaller: a request that its caller ends fails with the caller's
// reason.
func TestWatchdogCaller(t *testing.T) {
	dog, client := watched(t, engineFaults{takes: true, hangs: true})
	late := dog.Endpoint.Stuck("it sent no answer for 1s", nil)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(late)
	if _, err := post(ctx, client, dog, nil); Explain(err) != late {
		t.Errorf("got %v", err)
	}
	plain, cancelPlain := context.WithCancel(t.Context())
	cancelPlain()
	if _, err := post(plain, client, dog, nil); !errors.Is(err, context.Canceled) || Explain(err) != nil {
		t.Errorf("got %v", err)
	}
}

// TestWatchdogWhoWaits: the engine is not waited for while this side makes what
// is to be sent, or does not read the answer.
func TestWatchdogWhoWaits(t *testing.T) {
	w := &watch{dog: &Watchdog{Patience: time.Hour}, ctx: t.Context(), cancel: func(error) {}}
	want := func(what waiting) {
		t.Helper()
		if w.waits != what {
			t.Errorf("it waits for %d, want %d", w.waits, what)
		}
	}
	request := &watchedRequest{io.NopCloser(readerFunc(func(p []byte) (int, error) {
		want(nothing)
		if len(p) == 0 {
			return 0, io.EOF
		}
		return len(p), nil
	})), w}
	w.begin(answering)
	_, _ = request.Read(make([]byte, 1))
	want(taking)
	_, _ = request.Read(nil)
	want(answering)
	w.answered()
	want(nothing)
	_, _ = request.Read(make([]byte, 1)) // what is still under way does not matter
	want(nothing)
	answer := &watchedAnswer{io.NopCloser(readerFunc(func(p []byte) (int, error) {
		want(answering)
		return len(p), nil
	})), w}
	_, _ = answer.Read(make([]byte, 1))
	want(nothing)
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestWatchdogGone: an engine that is gone by the time it is looked for.
func TestWatchdogGone(t *testing.T) {
	listener := listenUnix(t)
	e := mustParse(t, "unix://"+listener.Addr().String(), Options{})
	accepted := make(chan net.Conn, 1)
	go func() {
		conn, err := listener.Accept()
		_ = listener.Close()
		if err == nil {
			accepted <- conn
		}
	}()
	dog := &Watchdog{Endpoint: e, Next: e.Transport(), Patience: 5 * time.Millisecond}
	_, err := post(t.Context(), &http.Client{Transport: dog}, dog, nil)
	wantError(t, Explain(err), "is stuck: it sent no answer for 5ms, nor does it answer a ping (dial unix ", "no such file")
	_ = (<-accepted).Close()
}
