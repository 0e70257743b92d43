package harness

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// upload posts so many bytes through the socket and returns the answer.
func upload(socket, path string, n int) (status int, answer string, err error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return 0, "", err
	}
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil }}
	defer transport.CloseIdleConnections()
	body := io.LimitReader(zeros{}, int64(n))
	request, err := http.NewRequest(http.MethodPost, "http://server"+path, body)
	if err != nil {
		return 0, "", err
	}
	request.ContentLength = int64(n)
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestFaultySocket(t *testing.T) {
	const size = 1 << 20
	received := make(chan int64, 100)
	path := filepath.Join(TempDir(t), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		received <- n
		_, _ = io.WriteString(w, "the whole answer")
	})}}
	server.Start()
	t.Cleanup(server.Close)
	s := FaultyBefore(t, path, "/load")
	for _, test := range []struct {
		name  string
		fault *Fault
		path  string
		// received is what the server's handler gets at most; -1: it is not asked.
		received int64
		status   int
		failed   string
	}{
		{"no fault", nil, "/load", size, 200, ""},
		{"another request", &Fault{Kind: Cut}, "/other", size, 200, ""},
		{"cut at once", &Fault{Kind: Cut}, "/load", -1, 0, "EOF reset broken closed"},
		{"cut in the middle", &Fault{Kind: Cut, After: size / 2}, "/load", size / 2, 0, "EOF reset broken closed"},
		{"cut before the answer", &Fault{Kind: Cut, OfAnswer: true}, "/load", size, 0, "EOF reset"},
		{"cut in the answer", &Fault{Kind: Cut, OfAnswer: true, After: 20}, "/load", size, 0, "EOF reset broken closed"},
		{"refused", &Fault{Kind: Refuse, After: size / 2}, "/load", size / 2, 500, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var happened atomic.Int64
			if test.fault != nil {
				test.fault.Then = func() { happened.Add(1) }
			}
			s.Set(test.fault)
			status, answer, err := upload(s.Path, test.path, size)
			if status != test.status || (err != nil) != (test.failed != "") {
				t.Errorf("%d, %q, %v", status, answer, err)
			}
			if err != nil && !containsAny(err.Error(), test.failed) {
				t.Error(err)
			}
			if times, _ := s.Happened(); int64(times) != happened.Load() || test.fault == nil && times > 0 {
				t.Errorf("it happened %d times and %d were told", times, happened.Load())
			}
			if test.received >= 0 {
				if n := <-received; n > test.received || n < test.received-1000 {
					t.Errorf("the server got %d bytes, want %d", n, test.received)
				}
			}
		})
	}
}

func containsAny(text, words string) bool {
	for word := range strings.FieldsSeq(words) {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// TestFaultySocketStalls: nothing goes through until the fault is lifted, which
// ends the connection; the next connection has no fault.
func TestFaultySocketStalls(t *testing.T) {
	path := filepath.Join(TempDir(t), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	s := FaultyBefore(t, path, "")
	stalled := make(chan struct{})
	s.Set(&Fault{Kind: Stall, After: 3, Times: 1, Then: func() { close(stalled) }})
	for _, want := range []string{"abc", "abcdef"} {
		client, err := net.Dial("unix", s.Path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Write([]byte("abcdef")); err != nil {
			t.Fatal(err)
		}
		server, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if want == "abc" {
			<-stalled
			s.Set(nil)
		}
		got := make([]byte, len(want))
		if _, err := io.ReadFull(server, got); err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
		_ = client.Close()
		if rest, err := io.ReadAll(server); err != nil || len(rest) > 0 {
			t.Errorf("then %q, %v", rest, err)
		}
		_ = server.Close()
	}
}
