//go:build e2e

package e2e

import (
	"encoding/json"
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
}

// newPushRegistry starts an empty registry, which ends with the test.
func newPushRegistry(t *testing.T, account ...string) *pushRegistry {
	t.Helper()
	r := &pushRegistry{}
	if len(account) > 0 {
		r.user, r.password = account[0], account[1]
	}
	registry := &url.URL{Scheme: "http", Host: harness.StartRegistry(t).Address}
	proxy := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(registry)
		// The registry's own URLs lead through the proxy.
		p.Out.Host = p.In.Host
	}}
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
	r.requests = append(r.requests, request.Method+" "+request.URL.RequestURI())
}

// writes are the requests since the last call that change something, those of
// blobs and those of manifests.
func (r *pushRegistry) writes() (blobs, manifests []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, request := range r.requests {
		switch method, path, _ := strings.Cut(request, " "); {
		case slices.Contains([]string{"GET", "HEAD"}, method):
		case strings.Contains(path, "/manifests/"):
			manifests = append(manifests, request)
		default:
			blobs = append(blobs, request)
		}
	}
	r.requests = nil
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
