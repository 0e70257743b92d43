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
)

func readAll(r io.Reader) ([]byte, error) { return io.ReadAll(r) }

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
	socket := filepath.Join(t.TempDir(), "s")
	serveGRPC(t, "unix", socket, s)
	if _, err := connectTo(t, "unix:"+socket)(Options{}).read(t.Context(), d, 0); err != nil {
		t.Error(err)
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
		if _, ok := s.blobs[d.SHA256]; !ok {
			t.Fatal("no blob")
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

// TestRangeIgnored: a server may answer with the whole.
func TestRangeIgnored(t *testing.T) {
	s := &server{}
	data := sample(3000)
	d := s.add(data)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Range")
		s.ServeHTTP(w, r)
	})
	got, err := connectTo(t, serveHTTP(t, handler)+"/base")(Options{}).read(t.Context(), d, 1000)
	if err != nil || !bytes.Equal(got, data[1000:]) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestFaults(t *testing.T) {
	for _, test := range []struct {
		name string
		// reply is how every request is answered.
		reply reply
		is    func(error) bool
		// tries is how many requests there are, said what the error says.
		tries int
		said  string
	}{
		{"not there", reply{refuse: http.StatusNotFound}, is[*NotFoundError], 1, "--remote_download_outputs=all"},
		{"no credentials", reply{refuse: http.StatusUnauthorized}, is[*AccessError], 1, "STRATA_REMOTE_HEADERS"},
		{"wrong credentials", reply{refuse: http.StatusForbidden}, is[*AccessError], 1, "refuses access"},
		{"not understood", reply{refuse: http.StatusBadRequest}, is[*AnswerError], 1, "--remote_cache"},
		{"down", reply{refuse: http.StatusServiceUnavailable}, is[*UnreachableError], maxTries, "tried 5 times"},
		{"broken", reply{refuse: http.StatusInternalServerError}, is[*UnreachableError], maxTries, "tried 5 times"},
		{"asked too often", reply{refuse: http.StatusTooManyRequests}, is[*UnreachableError], maxTries, "tried 5 times"},
		{"other bytes", reply{send: func(rest []byte) []byte { return append([]byte{rest[0] + 1}, rest[1:]...) }}, is[*MismatchError], 1, "digest mismatch"},
		{"more bytes", reply{send: func(rest []byte) []byte { return append(slices.Clone(rest), 0) }}, is[*MismatchError], 1, "digest mismatch"},
		{"no answer", reply{silent: true}, is[*TimeoutError], maxTries, "no answer for 50ms"},
		{"cut before the first byte", reply{send: nothing, cut: true}, is[*UnreachableError], maxTries, "tried 5 times"},
		{"nothing after the head", reply{send: nothing, hang: true}, is[*TimeoutError], maxTries, "for 50ms"},
	} {
		t.Run(test.name, func(t *testing.T) {
			protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
				d := s.add(sample(3 * messageSize))
				s.reply = func(int, request) reply { return test.reply }
				_, err := connect(Options{Timeouts: quick}).read(t.Context(), d, 0)
				if !test.is(err) || !strings.Contains(err.Error(), test.said) {
					t.Errorf("got %v, want %q", err, test.said)
				}
				if got := len(s.asked()); got != test.tries {
					t.Errorf("asked %d times, want %d", got, test.tries)
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
		got, err := connect(Options{Timeouts: quick}).read(t.Context(), d, 0)
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
