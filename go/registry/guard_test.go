package registry_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/rules-strata/rules_strata/go/registry"
	"github.com/rules-strata/rules_strata/go/registry/faulty"
)

// handlerTransport serves the requests for any host.
type handlerTransport struct {
	mu    sync.Mutex
	seen  []string
	serve http.HandlerFunc
}

func (h *handlerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	h.mu.Lock()
	h.seen = append(h.seen, r.Method+" "+r.URL.String())
	h.mu.Unlock()
	w := httptest.NewRecorder()
	h.serve(w, r)
	resp := w.Result()
	resp.Request = r
	return resp, nil
}

// TestPlainHTTP: only with leave, but on loopback.
func TestPlainHTTP(t *testing.T) {
	for _, tc := range []struct {
		host     string
		insecure bool
		ok       bool
	}{
		{"registry.example", false, false},
		{"registry.example", true, true},
		// go-containerregistry would use plain HTTP unasked.
		{"192.168.7.7:5000", false, false},
		{"192.168.7.7:5000", true, true},
		{"localhost:5000", false, true},
		{"127.0.0.1:5000", false, true},
	} {
		t.Run(tc.host, func(t *testing.T) {
			h := &handlerTransport{serve: func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Scheme == "https" {
					w.WriteHeader(http.StatusNotFound)
				}
			}}
			c := client(t, func(o *registry.Options) { o.Transport, o.Insecure = h, tc.insecure })
			ref, err := c.ParseReference(tc.host + "/app:v1")
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Resolve(context.Background(), ref, amd64)
			plain := strings.Contains(strings.Join(h.seen, "\n"), " http://")
			if plain != tc.ok {
				t.Errorf("plain HTTP: %v, %v\n%s", plain, err, h.seen)
			}
			if !tc.ok && !strings.HasPrefix(tc.host, "registry.example") {
				wantError(t, err, "plain HTTP is not safe: allow it with --insecure if the registry "+tc.host)
			}
		})
	}
}

// TestRedirectsThatAreRefused by the guard.
func TestRedirectsThatAreRefused(t *testing.T) {
	for _, tc := range []struct{ to, want string }{
		{"http://elsewhere.example/blob", "redirects to plain HTTP"},
		{"https://169.254.169.254/latest/meta-data", "private"},
	} {
		h := &handlerTransport{serve: func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "/blobs/") {
				http.Redirect(w, r, tc.to, http.StatusFound)
			}
		}}
		c := client(t, func(o *registry.Options) { o.Transport = h })
		_, err := c.Blob(context.Background(), reference(t, "registry.example/app").Context(), v1.Descriptor{Digest: hashOf(nil), Size: 10})
		wantError(t, err, tc.want)
		for _, url := range h.seen {
			if strings.Contains(url, tc.to) {
				t.Errorf("asked %s all the same", url)
			}
		}
	}
}

// TestProxy: the environment's proxy is used, but never for loopback.
func TestProxy(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.Method+" "+r.Host)
		w.WriteHeader(http.StatusNotFound)
	}))
	defer proxy.Close()
	for _, name := range []string{"http_proxy", "https_proxy", "no_proxy", "NO_PROXY", "HTTP_PROXY", "HTTPS_PROXY"} {
		t.Setenv(name, "")
	}
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	s := faulty.New(t)
	img := imageOf("linux/amd64", layer("a", bytesOf(1, 1000)))
	put(s, "app", img, "v1")
	if _, err := client(t).Resolve(context.Background(), reference(t, s.Host+"/app:v1"), amd64); err != nil {
		t.Error(err)
	}
	if len(asked) != 0 {
		t.Errorf("the proxy was asked for loopback: %s", asked)
	}
	c := client(t, func(o *registry.Options) { o.Insecure = true })
	ref, err := c.ParseReference("registry.example/app:v1")
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Resolve(context.Background(), ref, amd64)
	wantError(t, err, "registry.example")
	if got := strings.Join(asked, "\n"); !strings.Contains(got, "CONNECT registry.example:443") || !strings.Contains(got, "GET registry.example") {
		t.Errorf("the proxy was asked %q", asked)
	}
}

// TestUploadsElsewhere: a registry may have blobs sent to another host, which
// does not get the credentials.
func TestUploadsElsewhere(t *testing.T) {
	s, storage := faulty.New(t), faulty.New(t)
	s.Require(faulty.Auth{User: "me", Password: "very secret"})
	s.When("POST", faulty.Upload).Do(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Header.Get("Authorization") == "" {
			next.ServeHTTP(w, r)
			return
		}
		resp, err := http.Post(storage.URL+r.URL.Path, "", nil)
		if err != nil {
			panic(err)
		}
		defer resp.Body.Close()
		w.Header().Set("Location", storage.URL+resp.Header.Get("Location"))
		w.WriteHeader(http.StatusAccepted)
	})
	storage.When("PATCH", "").Times(1).Do(faulty.ResetRequest(30_000))
	data := bytesOf(1, 100_000)
	img := imageOf("linux/amd64", layer("a", data))
	s.PutBlob("app", img.Config)
	s.When("PUT", faulty.Manifest).Do(faulty.Status(201, ""))
	c := client(t, func(o *registry.Options) { o.Keychain = authFile(t, s.Host, "me", "very secret") })
	if _, err := c.Push(context.Background(), references(t, s.Host+"/app:v1"), img); err != nil {
		t.Fatalf("%v\n%s\n%s", err, s, storage)
	}
	if _, in, _ := storage.Count("PATCH", ""); in != 100_000 || storage.Blob("app", faulty.DigestOf(data)) == nil {
		t.Errorf("%d bytes\n%s", in, storage)
	}
	for _, r := range storage.Requests("", "") {
		if r.Header.Get("Authorization") != "" {
			t.Errorf("credentials were sent to another port: %s %v", r.Method, r.Header)
		}
	}
}
