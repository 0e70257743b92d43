package daemon

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

func TestLoad(t *testing.T) {
	for _, test := range []struct {
		name    string
		answer  http.HandlerFunc
		want    []string
		wantErr []string
	}{
		{
			name:   "name",
			answer: reply(200, `{"stream":"Loaded image: hello:latest\n"}`+"\r\n"),
			want:   []string{"hello:latest"},
		},
		{
			name:   "names and an ID, progress between, lines split",
			answer: reply(200, `{"status":"Loading layer","progressDetail":{"current":1}}{"stream":"Loaded image: a:1\nLoaded ima"}{"stream":"ge: b:2\n"} {"stream":"Loaded image ID: sha256:12"}`),
			want:   []string{"a:1", "b:2", "sha256:12"},
		},
		{
			name: "plain text",
			answer: func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				_, _ = io.WriteString(w, "Loaded image: a:1\n")
			},
			want: []string{"a:1"},
		},
		{
			name:    "refused",
			answer:  reply(500, `{"message":"no space left on device"}`),
			wantErr: []string{"no space left on device"},
		},
		{
			name:    "refused without JSON",
			answer:  reply(502, "bad gateway\n"),
			wantErr: []string{"bad gateway"},
		},
		{
			name:    "refused without a word",
			answer:  reply(503, ""),
			wantErr: []string{"503 Service Unavailable"},
		},
		{
			name:    "error message",
			answer:  reply(200, `{"errorDetail":{"message":"invalid tar header"},"error":"invalid tar header"}`),
			wantErr: []string{"could not load the image: invalid tar header"},
		},
		{
			name:    "old error message",
			answer:  reply(200, `{"error":"open /a/layer.tar: no such file"}`),
			wantErr: []string{"open /a/layer.tar: no such file"},
		},
		{
			name:    "containerd's failure after a success",
			answer:  reply(200, `{"stream":"Loaded image: a:1\n"}{"stream":"Error unpacking image a:1: content digest sha256:1: not found\n"}`),
			wantErr: []string{"Error unpacking image a:1: content digest sha256:1: not found"},
		},
		{
			name:    "error line in plain text without a line break",
			answer:  func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "error: bad archive") },
			wantErr: []string{"error: bad archive"},
		},
		{
			name:    "two errors",
			answer:  reply(200, `{"stream":"Error unpacking image a\nError unpacking image b\n"}`),
			wantErr: []string{"Error unpacking image a; Error unpacking image b"},
		},
		{
			name:    "nothing loaded",
			answer:  reply(200, ""),
			wantErr: []string{"named no image"},
		},
		{
			name:    "cut off in a message",
			answer:  cutOff(`{"stream":"Loaded image: a:1\n"}{"stre`),
			wantErr: []string{"cut off"},
		},
		{
			name:    "cut off between messages",
			answer:  cutOff(`{"stream":"Loaded image: a:1\n"}`),
			wantErr: []string{"cut off"},
		},
		{
			name:    "cut off after an error",
			answer:  cutOff(`{"error":"disk full"}`),
			wantErr: []string{"cut off", "disk full"},
		},
		{
			name:    "not JSON",
			answer:  reply(200, `<html>`),
			wantErr: []string{"cut off"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got bytes.Buffer
			f := startFake(t, map[string]http.HandlerFunc{"POST /images/load": func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Content-Type") != "application/x-tar" || r.URL.RawQuery != "quiet=1" {
					t.Errorf("got %s %v", r.URL, r.Header)
				}
				_, _ = io.Copy(&got, r.Body)
				test.answer(w, r)
			}})
			names, err := f.client.Load(background, strings.NewReader("the archive"))
			if got.String() != "the archive" {
				t.Errorf("the daemon got %q", got.String())
			}
			if test.wantErr != nil {
				wantError(t, err, append(test.wantErr, "load an image: docker daemon at unix://"+f.socket)...)
				return
			}
			if err != nil || !reflect.DeepEqual(names, test.want) {
				t.Errorf("got %q, %v", names, err)
			}
		})
	}
}

func TestLoadErrorIsTyped(t *testing.T) {
	f := startFake(t, map[string]http.HandlerFunc{"POST /images/load": reply(200, `{"error":"open a: no such file"}`)})
	_, err := f.client.Load(background, strings.NewReader(""))
	var loadError *LoadError
	if !errors.As(err, &loadError) || !reflect.DeepEqual(loadError.Messages, []string{"open a: no such file"}) {
		t.Errorf("got %#v", err)
	}
}

// endless is an archive without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestLoadRefusedEarly(t *testing.T) {
	f := startFake(t, map[string]http.HandlerFunc{"POST /images/load": func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(io.Discard, r.Body, 1<<20)
		w.WriteHeader(500)
		_, _ = io.WriteString(w, `{"message":"disk full"}`)
	}})
	_, err := f.client.Load(background, endless{})
	wantError(t, err, "disk full")
	var apiError *APIError
	if !errors.As(err, &apiError) || apiError.Status != 500 {
		t.Errorf("got %#v", err)
	}
}

func TestLoadReportsTheArchivesError(t *testing.T) {
	cut := make(chan error, 1)
	f := startFake(t, map[string]http.HandlerFunc{"POST /images/load": func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		cut <- err
		w.WriteHeader(500)
	}})
	broken := errors.New("layer 3 of 7: its diff ID is wrong")
	_, err := f.client.Load(background, io.MultiReader(strings.NewReader("start"), &failing{broken}))
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if <-cut == nil {
		t.Error("the daemon took the archive for a whole one")
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func TestLoadStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	f := startFake(t, map[string]http.HandlerFunc{"POST /images/load": func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		_, _ = io.Copy(io.Discard, r.Body)
	}})
	if _, err := f.client.Load(ctx, endless{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestInspectImage(t *testing.T) {
	f := startFake(t, map[string]http.HandlerFunc{
		"GET /images/example.com/a/b:1/json": reply(200, `{"Id":"sha256:12","RepoTags":["a:1"],"Os":"linux","Architecture":"arm64","RootFS":{"Type":"layers","Layers":["sha256:1","sha256:2"]},"More":1}`),
		"GET /images/cut/json":               cutOff(`{"Id":`),
		"GET /images/text/json":              reply(200, "hello"),
	})
	got, err := f.client.InspectImage(background, "example.com/a/b:1")
	want := Image{ID: "sha256:12", RepoTags: []string{"a:1"}, DiffIDs: []string{"sha256:1", "sha256:2"}, OS: "linux", Architecture: "arm64"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	_, err = f.client.InspectImage(background, "absent:1")
	wantError(t, err, "inspect image absent:1", "no such thing")
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("got %#v", err)
	}
	_, err = f.client.InspectImage(background, "cut")
	wantError(t, err, "cut off")
	_, err = f.client.InspectImage(background, "text")
	wantError(t, err, "not the JSON")
	_, err = f.client.InspectImage(background, "")
	wantError(t, err, "no name given")
}
