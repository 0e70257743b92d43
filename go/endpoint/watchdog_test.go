package endpoint

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// engineFaults is an engine that hangs as it is told to.
type engineFaults struct {
	// takes says that it reads what is sent.
	takes bool
	// pings is how many it answers before it goes on with its answer.
	pings int
	// begins says that it begins an answer at once.
	begins bool
	// hangs says that it does not go on, and dead that from then on it answers no
	// pings either.
	hangs, dead bool
	// asked is called when the request has come. It may be nil.
	asked func()
}

const beginning = "beginning"

// watchedEngine is an engine, and a client of it that is watched.
type watchedEngine struct {
	engineFaults
	dog    *Watchdog
	client *http.Client
	// died is closed once no ping has an answer any more. A faulty engine that was
	// dead earlier could be found so before the client waits for what the test is
	// about.
	died chan struct{}
	die  func()
}

func watched(t *testing.T, f engineFaults) *watchedEngine {
	t.Helper()
	e := &watchedEngine{engineFaults: f, died: make(chan struct{})}
	e.die = sync.OnceFunc(func() { close(e.died) })
	pinged, end := make(chan struct{}, 1000), make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/_ping" {
			if r.Header.Get(unanswered) != "" {
				<-end
			}
			pinged <- struct{}{}
			return
		}
		if f.asked != nil {
			f.asked()
		}
		if f.takes {
			_, _ = io.Copy(io.Discard, r.Body)
			if !f.begins { // else the client has read it first
				e.die()
			}
		}
		if f.begins {
			_, _ = io.WriteString(w, beginning)
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
	at := mustParse(t, "unix://"+listener.Addr().String(), Options{Origin: "from X"})
	e.dog = &Watchdog{Endpoint: at, Next: at.Transport(), Patience: 5 * time.Millisecond}
	if f.dead {
		e.dog.PingTimeout, e.dog.Next = 5*time.Millisecond, pinger{e.dog.Next, e.died}
	}
	if !f.hangs || f.dead { // however slow the machine is
		e.dog.MaxStalls = 1 << 20
	}
	e.client = &http.Client{Transport: e.dog}
	t.Cleanup(e.client.CloseIdleConnections)
	return e
}

// unanswered is a header of pings that have no answer.
const unanswered = "Unanswered"

// pinger has pings wait for their answer, however long that takes, until the
// engine is dead. Then they have none.
type pinger struct {
	http.RoundTripper
	died <-chan struct{}
}

func (p pinger) CloseIdleConnections() { p.RoundTripper.(*http.Transport).CloseIdleConnections() }

func (p pinger) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Path == "/_ping" {
		select {
		case <-p.died:
			req = req.Clone(req.Context())
			req.Header.Set(unanswered, "1")
		default:
			req = req.WithContext(context.WithoutCancel(req.Context()))
		}
	}
	return p.RoundTripper.RoundTrip(req)
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
			[]string{"it took nothing of what was sent for ", ", nor does it answer a ping (no answer for 5ms)"}},
		{"takes nothing, but is alive", engineFaults{hangs: true},
			[]string{"it took nothing of what was sent for 25ms, although it answers pings: check"}},
		{"does not answer", engineFaults{takes: true, hangs: true, dead: true},
			[]string{"it sent no answer for ", ", nor does it answer a ping (no answer for 5ms)"}},
		{"does not go on with its answer", engineFaults{takes: true, begins: true, hangs: true, dead: true},
			[]string{"it sent no answer for ", ", nor does it answer a ping (no answer for 5ms)"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := watched(t, test.faults)
			text, err := e.post(t.Context(), io.LimitReader(zeros{}, all))
			if test.want == nil {
				if err != nil || !strings.HasSuffix(text, "end") {
					t.Errorf("got %q, %v", text, err)
				}
				return
			}
			wantError(t, Explain(err), append(test.want, "the Docker daemon at "+e.dog.Endpoint.String()+" (from X) is stuck: ", "`docker version`", "restart it")...)
			var stuck *StuckError
			if !errors.As(err, &stuck) {
				t.Errorf("got %#v", err)
			}
		})
	}
}

// post makes a request with a body and reads all of the answer.
func (e *watchedEngine) post(ctx context.Context, body io.Reader) (string, error) {
	if !e.takes {
		reads := 0
		body = io.MultiReader(readerFunc(func(p []byte) (int, error) {
			if reads++; reads > 1 { // what was read first is on its way
				e.die()
				return 0, io.EOF
			}
			return len(p), nil
		}), body)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.dog.Endpoint.BaseURL()+"/load", body)
	if err != nil {
		return "", err
	}
	resp, err := e.client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	head := make([]byte, len(beginning))
	n, err := io.ReadFull(resp.Body, head)
	if e.begins {
		e.die()
	}
	if err != nil {
		if err == io.ErrUnexpectedEOF {
			err = nil
		}
		return string(head[:n]), err
	}
	text, err := io.ReadAll(resp.Body)
	return string(head[:n]) + string(text), err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestWatchdogCaller: a request that its caller ends fails with the caller's
// reason.
func TestWatchdogCaller(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	reasons := make(chan error, 1)
	e := watched(t, engineFaults{takes: true, hangs: true, asked: func() { cancel(<-reasons) }})
	late := e.dog.Endpoint.Stuck("it sent no answer for 1s", nil)
	reasons <- late
	if _, err := e.post(ctx, nil); Explain(err) != late {
		t.Errorf("got %v", err)
	}
	plain, cancelPlain := context.WithCancel(t.Context())
	e = watched(t, engineFaults{takes: true, hangs: true, asked: cancelPlain})
	if _, err := e.post(plain, nil); !errors.Is(err, context.Canceled) || Explain(err) != nil {
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
