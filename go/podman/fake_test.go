package podman

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rules-strata/rules_strata/go/endpoint"
)

var background = context.Background()

// fake plays a Podman service on a Unix socket: as Podman does, it keeps the
// layers of archives that it does not take.
type fake struct {
	engine *Engine
	socket string

	mu       sync.Mutex
	version  string
	layers   map[string]bool
	images   map[string]*image
	requests []string // "POST /images/load"
	bytes    int64    // of the requests' bodies
	// fault is asked before each request is answered. It may be nil. If it
	// returns true, it has answered.
	fault func(w http.ResponseWriter, r *http.Request, call string) bool
}

func newFake() *fake {
	return &fake{version: "5.8.6", layers: map[string]bool{}, images: map[string]*image{}}
}

// startFake starts a service without images.
func startFake(t testing.TB) *fake {
	t.Helper()
	f := newFake()
	f.socket = filepath.Join(shortDir(t), "s")
	listener, err := net.Listen("unix", f.socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: f}}
	server.Start()
	t.Cleanup(server.Close)
	f.engine = engineAt(t, "unix://"+f.socket)
	return f
}

// shortDir is a folder whose path is short enough for a socket's.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "podman")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func engineAt(t testing.TB, host string) *Engine {
	t.Helper()
	at, err := endpoint.Parse(host, endpoint.Options{Kind: endpoint.Podman, Origin: "from the test"})
	if err != nil {
		t.Fatal(err)
	}
	e := New(at)
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := r.Method + " " + strings.TrimPrefix(r.URL.Path, apiPath)
	f.mu.Lock()
	f.requests = append(f.requests, call)
	fault := f.fault
	if f.version != "" {
		w.Header().Set("Libpod-Api-Version", f.version)
	}
	f.mu.Unlock()
	r.Body = countedBody{r.Body, f}
	if fault != nil && fault(w, r, call) {
		return
	}
	path := strings.TrimPrefix(call[strings.IndexByte(call, ' ')+1:], "/images/")
	switch name, isJSON := strings.CutSuffix(path, "/json"); {
	case call == "GET /_ping":
		_, _ = io.WriteString(w, "OK")
	case call == "POST /images/load":
		f.load(w, r.Body)
	case call == "GET /images/json":
		f.list(w)
	case isJSON:
		f.inspect(w, name)
	case strings.HasSuffix(path, "/tag"):
		f.tag(w, strings.TrimSuffix(path, "/tag"), r.FormValue("repo")+":"+r.FormValue("tag"))
	default:
		refuse(w, http.StatusNotFound, "no such path: "+call)
	}
}

type countedBody struct {
	io.ReadCloser
	f *fake
}

func (b countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.f.mu.Lock()
	b.f.bytes += int64(n)
	b.f.mu.Unlock()
	return n, err
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"cause": message, "message": message, "response": status})
}

// find is an image by ID or name. The lock must be held.
func (f *fake) find(ref string) *image {
	if i, ok := f.images[ref]; ok {
		return i
	}
	for _, i := range f.images {
		if slices.Contains(i.names, ref) || slices.Contains(i.names, podmanName(ref)) {
			return i
		}
	}
	return nil
}

type fakeImage struct {
	ID       string `json:"Id"`
	RepoTags []string
	RootFS   struct{ Layers []string }
}

func answer(i *image) fakeImage {
	a := fakeImage{ID: strings.TrimPrefix(i.id, digestPrefix), RepoTags: i.names}
	a.RootFS.Layers = i.diffIDs
	return a
}

func (f *fake) inspect(w http.ResponseWriter, ref string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := f.find(ref)
	if i == nil {
		refuse(w, http.StatusNotFound, "failed to find image "+ref+": image not known")
		return
	}
	_ = json.NewEncoder(w).Encode(answer(i))
}

func (f *fake) list(w http.ResponseWriter) {
	f.mu.Lock()
	defer f.mu.Unlock()
	images := []fakeImage{}
	for _, i := range f.images {
		a := answer(i)
		a.RootFS.Layers = nil
		images = append(images, a)
	}
	slices.SortFunc(images, func(a, b fakeImage) int { return strings.Compare(a.ID, b.ID) })
	_ = json.NewEncoder(w).Encode(images)
}

func (f *fake) tag(w http.ResponseWriter, ref, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := f.find(ref)
	if i == nil {
		refuse(w, http.StatusNotFound, "failed to find image "+ref)
		return
	}
	f.unname(name)
	i.names = append(i.names, name)
	w.WriteHeader(http.StatusCreated)
}

// unname takes a name away from its image. The lock must be held.
func (f *fake) unname(name string) {
	for _, i := range f.images {
		i.names = slices.DeleteFunc(i.names, func(n string) bool { return n == name })
	}
}

// named is the ID of the image that has a name, empty if none has.
func (f *fake) named(name string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, i := range f.images {
		if slices.Contains(i.names, name) {
			return i.id
		}
	}
	return ""
}

// reset begins to count anew, with a fault.
func (f *fake) reset(fault func(w http.ResponseWriter, r *http.Request, call string) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests, f.bytes, f.fault = nil, 0, fault
}

// counts are the requests and the bytes of their bodies since reset.
func (f *fake) counts() (requests []string, bytes int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests), f.bytes
}

// wantError checks that err is there and has each of these in its text.
func wantError(t *testing.T, err error, wants ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", wants)
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q, want one with %q", err, want)
		}
	}
}
