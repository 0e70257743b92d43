package remotecache

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/netretry"
)

// sample is longer than a message, and no part of it is like another.
func sample(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i * i >> 5)
	}
	return data
}

func TestRead(t *testing.T) {
	protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
		c := connect(Options{})
		for _, size := range []int{0, 1, messageSize, 10*messageSize + 1, 1 << 20} {
			data := sample(size)
			d := s.add(data)
			for _, offset := range []int{0, size / 2, size} {
				got, err := c.read(t.Context(), d, int64(offset))
				if err != nil || !bytes.Equal(got, data[offset:]) {
					t.Errorf("%d bytes from %d on: got %d bytes, %v", size, offset, len(got), err)
				}
			}
		}
		if asked := len(s.asked()); asked != 8 {
			t.Errorf("%d requests: want none for nothing", asked)
		}
	})
}

// TestInstanceName: it comes first in the name of a blob.
func TestInstanceName(t *testing.T) {
	s := &server{}
	d := s.add(sample(10))
	c := connectTo(t, "grpc://"+serveGRPC(t, "tcp", "127.0.0.1:0", s))(Options{InstanceName: "some/where"})
	if _, err := c.read(t.Context(), d, 0); err != nil {
		t.Fatal(err)
	}
	if got, want := s.asked()[0].blob, "some/where/blobs/"+d.String(); got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
	if _, err := New("http://localhost:1", Options{InstanceName: "x"}); err == nil {
		t.Error("an instance name was taken for HTTP")
	}
}

func TestUnixSocket(t *testing.T) {
	s := &server{}
	d := s.add(sample(10))
	for _, name := range []string{"s", "a#b%41?c d", "100%"} {
		socket := filepath.Join(t.TempDir(), name)
		serveGRPC(t, "unix", socket, s)
		if _, err := connectTo(t, "unix:"+socket)(Options{}).read(t.Context(), d, 0); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestResumes: what arrived is not asked for again, however often the
// connection ends.
func TestResumes(t *testing.T) {
	protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
		const part = messageSize
		data := sample(9 * part)
		d := s.add(data)
		s.reply = func(n int, _ request) reply {
			return reply{cut: n < 8, send: func(rest []byte) []byte { return rest[:min(part, len(rest))] }}
		}
		got, err := connect(Options{}).read(t.Context(), d, 0)
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
		var want []int64
		for n := range 9 {
			want = append(want, int64(n*part))
		}
		if got := s.offsets(); !slices.Equal(got, want) {
			t.Errorf("asked from %d on, want %d", got, want)
		}
	})
}

func TestFaults(t *testing.T) {
	for _, test := range []struct {
		name string
		// reply is how every request is answered.
		reply reply
		// timeouts are those of the client.
		timeouts Timeouts
		is       func(error) bool
		// tries is how many requests there are, said what the error says.
		tries int
		said  string
	}{
		{"not there", reply{refuse: http.StatusNotFound}, Timeouts{}, is[*NotFoundError], 1, "--remote_download_outputs=all"},
		{"no credentials", reply{refuse: http.StatusUnauthorized}, Timeouts{}, is[*AccessError], 1, "STRATA_REMOTE_HEADERS"},
		{"wrong credentials", reply{refuse: http.StatusForbidden}, Timeouts{}, is[*AccessError], 1, "refuses access"},
		{"not understood", reply{refuse: http.StatusBadRequest}, Timeouts{}, is[*AnswerError], 1, "--remote_cache"},
		{"not implemented", reply{refuse: http.StatusNotImplemented}, Timeouts{}, is[*AnswerError], 1, "--remote_cache"},
		{"down", reply{refuse: http.StatusServiceUnavailable}, Timeouts{}, is[*UnreachableError], maxTries, "tried 5 times"},
		{"broken", reply{refuse: http.StatusInternalServerError}, Timeouts{}, is[*UnreachableError], maxTries, "tried 5 times"},
		{"asked too often", reply{refuse: http.StatusTooManyRequests}, Timeouts{}, is[*UnreachableError], maxTries, "tried 5 times"},
		{"other bytes", reply{send: func(rest []byte) []byte { return append([]byte{rest[0] + 1}, rest[1:]...) }}, Timeouts{}, is[*MismatchError], 1, "digest mismatch"},
		{"more bytes", reply{send: func(rest []byte) []byte { return append(slices.Clone(rest), 0) }}, Timeouts{}, is[*MismatchError], 1, "digest mismatch"},
		{"fewer bytes", reply{send: func(rest []byte) []byte { return rest[:len(rest)-1] }}, Timeouts{}, is[*MismatchError], 2, "digest mismatch"},
		{"no bytes", reply{send: nothing}, Timeouts{}, is[*MismatchError], 2, "it has 0 bytes"},
		{"no answer", reply{silent: true}, quick, is[*netretry.TimeoutError], maxTries, "no answer for 100ms"},
		{"cut before the first byte", reply{send: nothing, cut: true}, Timeouts{}, is[*UnreachableError], maxTries, "tried 5 times"},
		{"nothing after the head", reply{send: nothing, hang: true}, quick, is[*netretry.TimeoutError], maxTries, "for 100ms"},
	} {
		t.Run(test.name, func(t *testing.T) {
			protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
				d := s.add(sample(3 * messageSize))
				s.reply = func(int, request) reply { return test.reply }
				_, err := connect(Options{Timeouts: test.timeouts}).read(t.Context(), d, 0)
				if !test.is(err) || !strings.Contains(err.Error(), test.said) {
					t.Errorf("got %v, want %q", err, test.said)
				}
				// One that is given up quickly may not have come to the server.
				if got := len(s.asked()); got > test.tries || got < test.tries && test.timeouts != quick {
					t.Errorf("asked %d times, want %d", got, test.tries)
				}
				var unreachable *UnreachableError
				if errors.As(err, &unreachable) && unreachable.Tries != test.tries {
					t.Errorf("tried %d times, want %d", unreachable.Tries, test.tries)
				}
			})
		})
	}
}

// is says whether an error is of a type.
func is[E error](err error) bool {
	var target E
	return errors.As(err, &target)
}

func nothing([]byte) []byte { return nil }

// TestShorter: a cache that has fewer bytes says so when it is asked to go on.
func TestShorter(t *testing.T) {
	protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
		d := s.add(sample(3 * messageSize))
		s.reply = func(_ int, r request) reply {
			if r.offset > 0 {
				return reply{refuse: http.StatusRequestedRangeNotSatisfiable}
			}
			return reply{send: func(rest []byte) []byte { return rest[:2*messageSize] }}
		}
		_, err := connect(Options{}).read(t.Context(), d, 0)
		if !is[*MismatchError](err) || !strings.Contains(err.Error(), "2000 bytes") || !strings.Contains(err.Error(), d.String()) {
			t.Errorf("got %v", err)
		}
	})
}

// TestCutOnce: an end that comes too early may be one of the connection that
// nothing shows.
func TestCutOnce(t *testing.T) {
	protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
		data := sample(3 * messageSize)
		d := s.add(data)
		s.reply = func(n int, _ request) reply {
			if n%2 == 0 {
				return reply{send: func(rest []byte) []byte { return rest[:messageSize] }}
			}
			return reply{cut: true, send: nothing}
		}
		got, err := connect(Options{}).read(t.Context(), d, 0)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
}

// TestStallInTheMiddle: a server that stops sending is asked again, from there
// on.
func TestStallInTheMiddle(t *testing.T) {
	protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
		data := sample(3 * messageSize)
		d := s.add(data)
		s.reply = func(n int, _ request) reply {
			if n == 0 {
				return reply{hang: true, send: func(rest []byte) []byte { return rest[:messageSize] }}
			}
			return reply{}
		}
		timeouts := defaultTimeouts
		timeouts.Stall = 500 * time.Millisecond
		got, err := connect(Options{Timeouts: timeouts}).read(t.Context(), d, 0)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if got, want := s.offsets(), []int64{0, messageSize}; !slices.Equal(got, want) {
			t.Errorf("asked from %d on, want %d", got, want)
		}
	})
}

// TestComesBack: what is refused at first may be there later.
func TestComesBack(t *testing.T) {
	protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
		data := sample(100)
		d := s.add(data)
		s.reply = func(n int, _ request) reply {
			if n < maxTries-1 {
				return reply{refuse: http.StatusServiceUnavailable}
			}
			return reply{}
		}
		if got, err := connect(Options{}).read(t.Context(), d, 0); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
}

// TestRetryAfter: a cache that says when to come back is asked then.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	s := &server{reply: func(n int, _ request) reply {
		if n == 0 {
			return reply{refuse: http.StatusTooManyRequests, after: 1}
		}
		return reply{}
	}}
	d := s.add(sample(10))
	begin := time.Now()
	if _, err := connectTo(t, serveHTTP(t, s)+"/base")(Options{}).read(t.Context(), d, 0); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took < time.Second {
		t.Errorf("asked again after %s", took)
	}
}

// TestCancelled: whoever waits for a server that hangs stops at once.
func TestCancelled(t *testing.T) {
	protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
		d := s.add(sample(3 * messageSize))
		s.reply = func(int, request) reply {
			return reply{hang: true, send: func(rest []byte) []byte { return rest[:messageSize] }}
		}
		ctx, cancel := context.WithCancel(t.Context())
		r, err := connect(Options{}).Open(ctx, d, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if _, err := io.ReadFull(r, make([]byte, messageSize)); err != nil {
			t.Fatal(err)
		}
		cancel()
		if _, err := io.ReadAll(r); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	})
}

// TestAtOnce: there are never more requests under way than there may be, and
// one that waits stops with its context.
func TestAtOnce(t *testing.T) {
	protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
		c := connect(Options{})
		d := s.add(sample(5 * messageSize))
		s.reply = func(int, request) reply { return reply{hold: 20 * time.Millisecond} }
		var reading sync.WaitGroup
		for range 4 * atOnce {
			reading.Go(func() {
				if _, err := c.read(t.Context(), d, 0); err != nil {
					t.Error(err)
				}
			})
		}
		reading.Wait()
		if s.max > atOnce {
			t.Errorf("%d requests at once, want at most %d", s.max, atOnce)
		}
		for range atOnce {
			r, err := c.Open(t.Context(), d, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.Open(ctx, d, 0); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	})
}

func TestBadDigests(t *testing.T) {
	c := connectTo(t, "http://127.0.0.1:1")(Options{})
	good := digestOf(nil)
	for _, d := range []cas.Digest{{}, {SHA256: strings.ToUpper(good.SHA256)}, {SHA256: good.SHA256[1:]}, {SHA256: good.SHA256, Size: -1}, {SHA256: "../" + good.SHA256[3:]}} {
		if _, err := c.Open(t.Context(), d, 0); err == nil {
			t.Errorf("%+v was taken", d)
		}
	}
}
