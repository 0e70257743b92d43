//go:build e2e

package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// pushRegistry is a registry behind a proxy that notes the requests.
type pushRegistry struct {
	// host is the proxy's host and port.
	host string
	// user and password are those of the one account; without, anybody may
	// push.
	user, password string

	mu       sync.Mutex
	requests []string
	cut      int // answers with blobs that still break off in their middle
}

// newPushRegistry starts an empty registry, which ends with the test.
func newPushRegistry(t *testing.T, account ...string) *pushRegistry {
	t.Helper()
	return beforeRegistry(t, harness.StartRegistry(t), account...)
}

// beforeRegistry starts the proxy of a registry.
func beforeRegistry(t *testing.T, behind *harness.Registry, account ...string) *pushRegistry {
	t.Helper()
	r := &pushRegistry{}
	if len(account) > 0 {
		r.user, r.password = account[0], account[1]
	}
	registry := &url.URL{Scheme: "http", Host: behind.Address}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(registry)
			// The registry's own URLs lead through the proxy.
			p.Out.Host = p.In.Host
		},
		ModifyResponse: r.breakOff,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if user, password, _ := request.BasicAuth(); user != r.user || password != r.password {
			w.Header().Set("WWW-Authenticate", `Basic realm="tests"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		r.note(request)
		proxy.ServeHTTP(w, request)
	}))
	t.Cleanup(server.Close)
	r.host = strings.TrimPrefix(server.URL, "http://")
	return r
}

func (r *pushRegistry) note(request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	line := request.Method + " " + request.URL.RequestURI()
	if part := request.Header.Get("Range"); part != "" {
		line += " " + part
	}
	r.requests = append(r.requests, line)
}

// breakOff ends the body of the next answers with a large blob in its middle.
func (r *pushRegistry) breakOff(resp *http.Response) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cut > 0 && resp.Request.Method == http.MethodGet && strings.Contains(resp.Request.URL.Path, "/blobs/") && resp.ContentLength > 1<<16 {
		r.cut--
		resp.Body = io.NopCloser(io.LimitReader(resp.Body, resp.ContentLength/2))
	}
	return nil
}

// all are the requests since the last call.
func (r *pushRegistry) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.requests
	r.requests = nil
	return all
}

// writes are the requests since the last call that change something, those of
// blobs and those of manifests.
func (r *pushRegistry) writes() (blobs, manifests []string) {
	for _, request := range r.all() {
		switch method, path, _ := strings.Cut(request, " "); {
		case slices.Contains([]string{"GET", "HEAD"}, method):
		case strings.Contains(path, "/manifests/"):
			manifests = append(manifests, request)
		default:
			blobs = append(blobs, request)
		}
	}
	return blobs, manifests
}

// commits are the requests that end an upload.
func commits(requests []string) []string {
	return slices.DeleteFunc(slices.Clone(requests), func(r string) bool { return !strings.HasPrefix(r, "PUT ") })
}

// dockerConfig is a folder for DOCKER_CONFIG with the account.
func (r *pushRegistry) dockerConfig(t *testing.T) string {
	t.Helper()
	dir := harness.TempDir(t)
	data, err := json.Marshal(map[string]any{"auths": map[string]any{r.host: map[string]string{"username": r.user, "password": r.password}}})
	if err != nil {
		t.Fatal(err)
	}
	harness.WriteFile(t, filepath.Join(dir, "config.json"), string(data))
	return dir
}

// pushedImage is what skopeo says of an image in a registry.
type pushedImage struct {
	Digest string
	Labels map[string]string
	Layers []string
}

// inspect is what skopeo says of an image that must be there.
func (r *pushRegistry) inspect(t *testing.T, reference string) pushedImage {
	t.Helper()
	var image pushedImage
	said := r.skopeo(t, "inspect", reference)
	if err := json.Unmarshal([]byte(said), &image); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return image
}

func (r *pushRegistry) skopeo(t *testing.T, command, reference string, args ...string) string {
	t.Helper()
	line := append([]string{"skopeo", command, "--tls-verify=false"}, args...)
	if r.user != "" {
		line = append(line, "--creds", r.user+":"+r.password)
	}
	return harness.Exec(append(line, "docker://"+r.host+"/"+reference)...).Run(t).Must(t).Stdout
}
