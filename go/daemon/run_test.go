package daemon

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/engine"
)

const (
	attachPath = "POST /containers/c1/attach"
	startPath  = "POST /containers/c1/start"
	waitPath   = "POST /containers/c1/wait"
	killPath   = "POST /containers/c1/kill"
	removePath = "DELETE /containers/c1"
	removed    = "DELETE /v1.41/containers/c1?force=1&v=1"
)

// container is the handlers of a container that writes output and exits with
// code; with changes.
func container(output string, code int, changes map[string]http.HandlerFunc) map[string]http.HandlerFunc {
	handlers := map[string]http.HandlerFunc{
		"POST /containers/create": reply(201, `{"Id":"c1","Warnings":[]}`),
		attachPath:                hijack(func(conn net.Conn, _ *bufio.Reader) { _, _ = io.WriteString(conn, output) }),
		startPath:                 reply(204, ""),
		waitPath:                  reply(200, fmt.Sprintf(`{"StatusCode":%d}`, code)),
		removePath:                reply(204, ""),
	}
	for path, h := range changes {
		handlers[path] = h
	}
	return handlers
}

func TestRun(t *testing.T) {
	var created map[string]any
	var input []byte
	f := startFake(t, container("", 3, map[string]http.HandlerFunc{
		"POST /containers/create": func(w http.ResponseWriter, r *http.Request) {
			if err := json.NewDecoder(r.Body).Decode(&created); err != nil {
				t.Error(err)
			}
			reply(201, `{"Id":"c1"}`)(w, r)
		},
		attachPath: hijack(func(conn net.Conn, r *bufio.Reader) {
			_, _ = io.WriteString(conn, frame(1, "out1\n")+frame(2, "err1\n"))
			input, _ = io.ReadAll(r) // ends because the client closes its side
			_, _ = io.WriteString(conn, frame(1, "")+frame(1, "out2\n"))
		}),
	}))
	var stdout, stderr bytes.Buffer
	code, err := f.client.Run(background, RunOptions{
		Image: "hello:1", Args: []string{"-a", "b"}, Network: "none",
		Stdin: strings.NewReader("input"), Stdout: &stdout, Stderr: &stderr,
	})
	if code != 3 || err != nil {
		t.Fatalf("got %d, %v", code, err)
	}
	if stdout.String() != "out1\nout2\n" || stderr.String() != "err1\n" || string(input) != "input" {
		t.Errorf("stdout %q, stderr %q, the command got %q", stdout.String(), stderr.String(), input)
	}
	want := map[string]any{
		"Image": "hello:1", "Cmd": []any{"-a", "b"}, "HostConfig": map[string]any{"NetworkMode": "none"},
		"AttachStdin": true, "AttachStdout": true, "AttachStderr": true, "OpenStdin": true, "StdinOnce": true,
	}
	if fmt.Sprint(created) != fmt.Sprint(want) {
		t.Errorf("created %v", created)
	}
	for _, request := range []string{"POST /v1.41/containers/c1/attach?stderr=1&stdin=1&stdout=1&stream=1", removed} {
		if !f.has(request) {
			t.Errorf("no %s in %q", request, f.requests)
		}
	}
}

func TestRunDefaults(t *testing.T) {
	var created []byte
	f := startFake(t, container(frame(1, "thrown away"), 0, map[string]http.HandlerFunc{
		"POST /containers/create": func(w http.ResponseWriter, r *http.Request) {
			created, _ = io.ReadAll(r.Body)
			reply(201, `{"Id":"c1"}`)(w, r)
		},
	}))
	if code, err := f.client.Run(background, RunOptions{Image: "x"}); code != 0 || err != nil {
		t.Fatalf("got %d, %v", code, err)
	}
	want := `{"Image":"x","AttachStdin":false,"AttachStdout":true,"AttachStderr":true,"OpenStdin":false,"StdinOnce":false,"HostConfig":{}}`
	if string(created) != want {
		t.Errorf("created %s", created)
	}
}

func TestRunErrors(t *testing.T) {
	never := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for _, test := range []struct {
		name    string
		output  string
		changes map[string]http.HandlerFunc
		code    int
		want    []string
	}{
		{"no image", "", map[string]http.HandlerFunc{"POST /containers/create": reply(404, `{"message":"No such image: x:1"}`)}, 125, []string{"No such image: x:1"}},
		{"no ID", "", map[string]http.HandlerFunc{"POST /containers/create": reply(201, `{}`)}, 125, []string{"without an ID"}},
		{"attach refused", "", map[string]http.HandlerFunc{attachPath: reply(409, `{"message":"paused"}`)}, 125, []string{"paused"}},
		{"attach cut off", "", map[string]http.HandlerFunc{attachPath: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }}, 125, []string{"docker daemon at"}},
		{"no such command", "", map[string]http.HandlerFunc{startPath: reply(400, `{"message":"exec: \"x\": executable file not found in $PATH"}`)}, 127, []string{"not found"}},
		{"no such file", "", map[string]http.HandlerFunc{startPath: reply(400, `{"message":"exec /x: no such file or directory"}`)}, 127, []string{"no such file"}},
		{"not executable", "", map[string]http.HandlerFunc{startPath: reply(400, `{"message":"exec /x: permission denied"}`)}, 126, []string{"permission denied"}},
		{"cannot start", "", map[string]http.HandlerFunc{startPath: reply(500, `{"message":"cgroups"}`)}, 125, []string{"cgroups"}},
		{"wait fails", "", map[string]http.HandlerFunc{waitPath: reply(200, `{"StatusCode":0,"Error":{"Message":"lost"}}`)}, 125, []string{"lost"}},
		{"wait refused", "", map[string]http.HandlerFunc{waitPath: reply(500, `{"message":"boom"}`)}, 125, []string{"boom"}},
		{"head cut off", "\x01\x00\x00", map[string]http.HandlerFunc{waitPath: never}, 125, []string{"cut off"}},
		{"frame cut off", frame(1, "hello")[:10], nil, 125, []string{"cut off: 2 bytes of 5"}},
		{"the daemon's error", frame(3, "no log"), map[string]http.HandlerFunc{waitPath: never}, 125, []string{"the daemon says: no log"}},
		{"unknown stream", frame(9, "x"), map[string]http.HandlerFunc{waitPath: never}, 125, []string{"unknown kind 9"}},
		{"left over", "", map[string]http.HandlerFunc{removePath: reply(500, `{"message":"busy"}`)}, 125, []string{"c1 is left over", "busy"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := startFake(t, container(test.output, 0, test.changes))
			code, err := f.client.Run(background, RunOptions{Image: "x:1"})
			wantError(t, err, append(test.want, "run image x:1: ")...)
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if _, changed := test.changes["POST /containers/create"]; !changed && !f.has(removed) {
				t.Errorf("the container is not removed: %q", f.requests)
			}
		})
	}
}

// TestRunByID: an ID counts, and errors have the name.
func TestRunByID(t *testing.T) {
	image := ""
	f := startFake(t, container("", 0, map[string]http.HandlerFunc{
		"POST /containers/create": func(w http.ResponseWriter, r *http.Request) {
			var in struct{ Image string }
			_ = json.NewDecoder(r.Body).Decode(&in)
			image = in.Image
			reply(404, `{"message":"No such image"}`)(w, r)
		},
	}))
	_, err := f.client.Engine().Run(background, engine.RunOptions{Image: "x:1", ID: "sha256:12"})
	if wantError(t, err, "run image x:1: "); image != "sha256:12" {
		t.Errorf("it runs %q", image)
	}
}

func TestRunImageNotFoundIsTyped(t *testing.T) {
	f := startFake(t, map[string]http.HandlerFunc{"POST /containers/create": reply(404, `{"message":"No such image: x:1"}`)})
	if _, err := f.client.Run(background, RunOptions{Image: "x:1"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %#v", err)
	}
}

func TestRunRemovedMeanwhile(t *testing.T) {
	f := startFake(t, container("", 7, map[string]http.HandlerFunc{removePath: reply(404, `{"message":"No such container"}`)}))
	if code, err := f.client.Run(background, RunOptions{Image: "x"}); code != 7 || err != nil {
		t.Errorf("got %d, %v", code, err)
	}
}

func TestRunOutputFails(t *testing.T) {
	f := startFake(t, container(frame(1, "hello"), 0, map[string]http.HandlerFunc{
		waitPath: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	}))
	full := errors.New("disk full")
	_, err := f.client.Run(background, RunOptions{Image: "x", Stdout: &failingWriter{full}})
	if !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	if !f.has(removed) {
		t.Error("the container is not removed")
	}
}

type failingWriter struct{ err error }

func (f *failingWriter) Write([]byte) (int, error) { return 0, f.err }

// running is a container that runs until it gets the signal number end.
func running(end string, started chan<- struct{}) map[string]http.HandlerFunc {
	ended := make(chan struct{})
	return container("", 0, map[string]http.HandlerFunc{
		startPath: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(204)
			time.AfterFunc(10*time.Millisecond, func() { close(started) })
		},
		killPath: func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("signal") == end {
				close(ended)
			}
		},
		attachPath: hijack(func(net.Conn, *bufio.Reader) { <-ended }),
		waitPath: func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-ended:
				fmt.Fprintf(w, `{"StatusCode":143}`)
			case <-r.Context().Done():
			}
		},
	})
}

func TestRunForwardsSignals(t *testing.T) {
	for _, test := range []struct {
		name string
		send []os.Signal
		end  string
	}{
		{"SIGTERM", []os.Signal{syscall.SIGTERM}, "15"},
		{"the third kills", []os.Signal{syscall.SIGINT, syscall.SIGINT, syscall.SIGINT}, "9"},
	} {
		t.Run(test.name, func(t *testing.T) {
			started := make(chan struct{})
			f := startFake(t, running(test.end, started))
			signals := make(chan os.Signal, len(test.send))
			go func() {
				<-started
				for _, s := range test.send {
					signals <- s
				}
			}()
			code, err := f.client.Run(background, RunOptions{Image: "x", Signals: signals})
			if code != 143 || err != nil {
				t.Errorf("got %d, %v", code, err)
			}
			if first := fmt.Sprintf("POST /v1.41/containers/c1/kill?signal=%d", test.send[0]); !f.has(first) || !f.has(removed) {
				t.Errorf("requests %q", f.requests)
			}
		})
	}
}

// TestRunForwardsSignalsWhileItStarts: a command may be under way before the
// daemon says that it was started.
func TestRunForwardsSignalsWhileItStarts(t *testing.T) {
	started, signals := make(chan struct{}), make(chan os.Signal)
	handlers := running("15", started)
	start := handlers[startPath]
	handlers[startPath] = func(w http.ResponseWriter, r *http.Request) {
		signals <- syscall.SIGTERM
		start(w, r)
	}
	f := startFake(t, handlers)
	if code, err := f.client.Run(background, RunOptions{Image: "x", Signals: signals}); code != 143 || err != nil {
		t.Errorf("got %d, %v", code, err)
	}
}

func TestRunForwardsSignalsOfThisProcess(t *testing.T) {
	started := make(chan struct{})
	f := startFake(t, running("15", started))
	go func() {
		<-started
		_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
	}()
	if code, err := f.client.Run(background, RunOptions{Image: "x"}); code != 143 || err != nil {
		t.Errorf("got %d, %v", code, err)
	}
}

func TestRunInterruptedBeforeStart(t *testing.T) {
	signals := make(chan os.Signal, 1)
	f := startFake(t, container("", 0, map[string]http.HandlerFunc{
		startPath: func(_ http.ResponseWriter, r *http.Request) {
			signals <- syscall.SIGINT
			<-r.Context().Done()
		},
	}))
	code, err := f.client.Run(background, RunOptions{Image: "x", Signals: signals})
	wantError(t, err, "interrupted before")
	if code != ExitNotStarted || !f.has(removed) {
		t.Errorf("code %d, requests %q", code, f.requests)
	}
}

func TestRunCancelled(t *testing.T) {
	started := make(chan struct{})
	f := startFake(t, running("never", started))
	ctx, cancel := context.WithCancel(background)
	go func() {
		<-started
		cancel()
	}()
	if _, err := f.client.Run(ctx, RunOptions{Image: "x"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if !f.has(removed) {
		t.Error("the container is not removed")
	}
}
