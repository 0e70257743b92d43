package worker

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"google.golang.org/protobuf/encoding/protodelim"

	"github.com/rules-strata/rules_strata/go/worker/protocol"
)

// client is Bazel's end of a worker.
type client struct {
	t         *testing.T
	requests  io.WriteCloser
	responses *bufio.Reader
	served    chan error
}

func start(t *testing.T, parallel int, handle Handler) *client {
	t.Helper()
	in, requests := io.Pipe()
	responses, out := io.Pipe()
	c := &client{t: t, requests: requests, responses: bufio.NewReader(responses), served: make(chan error, 1)}
	go func() {
		err := Serve(t.Context(), in, out, parallel, handle)
		_ = out.Close()
		c.served <- err
	}()
	return c
}

func (c *client) send(requests ...*protocol.WorkRequest) {
	c.t.Helper()
	for _, r := range requests {
		if _, err := protodelim.MarshalTo(c.requests, r); err != nil {
			c.t.Fatal(err)
		}
	}
}

// receive reads n responses, in the order of their IDs.
func (c *client) receive(n int) []*protocol.WorkResponse {
	c.t.Helper()
	var got []*protocol.WorkResponse
	for range n {
		r := new(protocol.WorkResponse)
		if err := protodelim.UnmarshalFrom(c.responses, r); err != nil {
			c.t.Fatal(err)
		}
		got = append(got, r)
	}
	slices.SortFunc(got, func(a, b *protocol.WorkResponse) int { return int(a.GetRequestId() - b.GetRequestId()) })
	return got
}

// end closes the standard input; there must be no more responses.
func (c *client) end() error {
	c.t.Helper()
	_ = c.requests.Close()
	if rest, err := io.ReadAll(c.responses); err != nil || len(rest) > 0 {
		c.t.Errorf("%d more bytes, %v", len(rest), err)
	}
	return <-c.served
}

func request(id int32, args ...string) *protocol.WorkRequest {
	return &protocol.WorkRequest{RequestId: id, Arguments: args}
}

func checkResponse(t *testing.T, got *protocol.WorkResponse, id, exit int32, output string, cancelled bool) {
	t.Helper()
	if got.GetRequestId() != id || got.GetExitCode() != exit || got.GetOutput() != output || got.GetWasCancelled() != cancelled {
		t.Errorf("got %v, want the ID %d, exit code %d, output %q, cancelled %v", got, id, exit, output, cancelled)
	}
}

// TestAnswers: what a request gets, what its answer says.
func TestAnswers(t *testing.T) {
	handle := func(_ context.Context, r Request, stderr io.Writer) int {
		switch r.Arguments[0] {
		case "fail":
			fmt.Fprintf(stderr, "open %s/a/b: no such file; \xff\n", r.Folder)
			return 7
		case "panic":
			fmt.Fprint(stderr, "said before\n")
			panic("it is broken")
		}
		fmt.Fprintf(stderr, "%q in %q", r.Arguments, r.Folder)
		return 0
	}
	c := start(t, 2, handle)
	inFolder := request(2, "fail")
	inFolder.SandboxDir = "__sandbox/2/_main"
	inFolder.Inputs = []*protocol.Input{{Path: "a", Digest: []byte("x")}}
	inFolder.Verbosity = 10
	c.send(request(1, "one", "two"), inFolder, request(3, "panic"), request(0, "alone"))
	got := c.receive(4)
	checkResponse(t, got[0], 0, 0, `["alone"] in ""`, false)
	checkResponse(t, got[1], 1, 0, `["one" "two"] in ""`, false)
	checkResponse(t, got[2], 2, 7, "open a/b: no such file; \uFFFD\n", false)
	if panicked := got[3]; panicked.GetExitCode() != 1 || !strings.HasPrefix(panicked.GetOutput(), "said before\npanic: it is broken\n") ||
		!strings.Contains(panicked.GetOutput(), "worker_test.go") {
		t.Errorf("got %v", panicked)
	}
	// It goes on after a panic, and an ID can come again.
	c.send(request(3, "again"))
	checkResponse(t, c.receive(1)[0], 3, 0, `["again"] in ""`, false)
	if err := c.end(); err != nil {
		t.Error(err)
	}
}

// TestSideBySide: as many requests as said run at a time, and no more.
func TestSideBySide(t *testing.T) {
	const parallel, requests = 3, 30
	var running, most atomic.Int32
	all := make(chan struct{})
	c := start(t, parallel, func(_ context.Context, r Request, stderr io.Writer) int {
		n := running.Add(1)
		defer running.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		if n == parallel {
			select {
			case <-all:
			default:
				close(all)
			}
		}
		// Nobody ends before as many run as may.
		<-all
		return 0
	})
	for i := range int32(requests) {
		c.send(request(i + 1))
	}
	for i, r := range c.receive(requests) {
		checkResponse(t, r, int32(i+1), 0, "", false)
	}
	if most.Load() != parallel {
		t.Errorf("%d at a time", most.Load())
	}
	if err := c.end(); err != nil {
		t.Error(err)
	}
}

// TestWholeResponses: long responses of many requests do not mix.
func TestWholeResponses(t *testing.T) {
	const requests = 200
	c := start(t, 8, func(_ context.Context, r Request, stderr io.Writer) int {
		fmt.Fprint(stderr, strings.Repeat(r.Arguments[0], 20_000))
		return 0
	})
	go func() {
		for i := range int32(requests) {
			c.send(request(i+1, fmt.Sprint(i+1)))
		}
	}()
	for i, r := range c.receive(requests) {
		if r.GetOutput() != strings.Repeat(fmt.Sprint(i+1), 20_000) {
			t.Errorf("response %d has %d bytes", i+1, len(r.GetOutput()))
		}
	}
	if err := c.end(); err != nil {
		t.Error(err)
	}
}

// TestCancel: a request that runs, one that waits for its turn, one that is
// over, and one that never was: each request has one answer.
func TestCancel(t *testing.T) {
	begun := make(chan struct{})
	var ran atomic.Int32
	c := start(t, 1, func(ctx context.Context, r Request, stderr io.Writer) int {
		ran.Add(1)
		if r.Arguments[0] == "wait" {
			close(begun)
			<-ctx.Done()
			fmt.Fprint(stderr, "interrupted")
			return 1
		}
		return 0
	})
	cancel := func(id int32) *protocol.WorkRequest { return &protocol.WorkRequest{RequestId: id, Cancel: true} }
	c.send(request(1, "quick"))
	checkResponse(t, c.receive(1)[0], 1, 0, "", false)
	c.send(request(2, "wait"))
	<-begun
	c.send(request(3, "never"), cancel(3))
	checkResponse(t, c.receive(1)[0], 3, 0, "", true)
	c.send(cancel(1), cancel(9), cancel(2), cancel(2))
	checkResponse(t, c.receive(1)[0], 2, 0, "", true)
	c.send(request(4, "quick"))
	checkResponse(t, c.receive(1)[0], 4, 0, "", false)
	if err := c.end(); err != nil {
		t.Error(err)
	}
	if ran.Load() != 3 {
		t.Errorf("%d requests ran, want all but the one that was cancelled before its turn", ran.Load())
	}
}

// TestEnd: at the end of the standard input what runs is still answered.
func TestEnd(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	c := start(t, 1, func(context.Context, Request, io.Writer) int {
		close(begun)
		<-release
		return 5
	})
	c.send(request(1))
	<-begun
	_ = c.requests.Close()
	close(release)
	checkResponse(t, c.receive(1)[0], 1, 5, "", false)
	if err := <-c.served; err != nil {
		t.Error(err)
	}
}

// TestNotRequests: what is no request is an error; those before it are answered.
func TestNotRequests(t *testing.T) {
	for _, test := range []struct {
		name  string
		bytes []byte
		want  string
	}{
		{"JSON", []byte(`{"arguments": ["a"]}`), "request 2 is not one of Bazel's worker protocol (requires-worker-protocol=proto): "},
		{"cut", []byte{9, 1}, "request 2 is not one of Bazel's worker protocol (requires-worker-protocol=proto): unexpected EOF"},
		{"cut in its length", []byte{0x80}, "request 2 is not one"},
		{"too long", []byte{0xff, 0xff, 0xff, 0xff, 0x7f}, "request 2 is not one"},
		{"no message", []byte{1, 0xff}, "request 2 is not one"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var in, out bytes.Buffer
			if _, err := protodelim.MarshalTo(&in, request(1)); err != nil {
				t.Fatal(err)
			}
			in.Write(test.bytes)
			err := Serve(t.Context(), &in, &out, 1, func(context.Context, Request, io.Writer) int { return 0 })
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
			var response protocol.WorkResponse
			if err := protodelim.UnmarshalFrom(bufio.NewReader(&out), &response); err != nil || response.GetRequestId() != 1 {
				t.Errorf("got %v %v", &response, err)
			}
		})
	}
}

func TestOneIDTwice(t *testing.T) {
	s := &session{running: map[int32]context.CancelFunc{}}
	ctx, err := s.begin(t.Context(), 4)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.begin(t.Context(), 4); err == nil || err.Error() != "the ID 4 is that of a request under way" {
		t.Errorf("got %v", err)
	}
	if s.end(ctx, 4) {
		t.Error("it was cancelled")
	}
	if _, err := s.begin(t.Context(), 4); err != nil {
		t.Error(err)
	}
}

// TestInterrupted: when the context is done, what runs is cancelled and waited
// for, though the standard input goes on.
func TestInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	in, requests := io.Pipe()
	defer requests.Close()
	begun := make(chan struct{})
	over := false
	served := make(chan error)
	var out bytes.Buffer
	go func() {
		served <- Serve(ctx, in, &out, 1, func(ctx context.Context, _ Request, _ io.Writer) int {
			close(begun)
			<-ctx.Done()
			over = true
			return 1
		})
	}()
	if _, err := protodelim.MarshalTo(requests, request(1)); err != nil {
		t.Fatal(err)
	}
	<-begun
	interrupt()
	if err := <-served; !errors.Is(err, context.Canceled) || !over {
		t.Errorf("got %v, over: %v", err, over)
	}
	var response protocol.WorkResponse
	if err := protodelim.UnmarshalFrom(bufio.NewReader(&out), &response); err != nil || !response.GetWasCancelled() {
		t.Errorf("got %v %v", &response, err)
	}
}

// TestNobodyReads: when Bazel is gone, what runs is ended and the error says why.
func TestNobodyReads(t *testing.T) {
	var in bytes.Buffer
	for i := range int32(3) {
		if _, err := protodelim.MarshalTo(&in, request(i+1)); err != nil {
			t.Fatal(err)
		}
	}
	gone := errors.New("nobody is there")
	var first sync.Once
	err := Serve(t.Context(), &in, failing{gone}, 3, func(ctx context.Context, _ Request, _ io.Writer) int {
		wait := true
		first.Do(func() { wait = false })
		if wait {
			<-ctx.Done()
		}
		return 0
	})
	if !errors.Is(err, gone) || strings.Count(err.Error(), "answer request") != 1 {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
