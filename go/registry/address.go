package registry

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// hostPort is what credentials are for.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// withoutQuery is a URL for messages: queries hold signatures.
func withoutQuery(u *url.URL) string {
	short := *u
	short.RawQuery, short.User, short.Fragment = "", nil, ""
	return short.String()
}

// Paths after the OCI distribution specification, "Endpoints".

// isCommit is for the request that ends the upload of a blob.
func isCommit(req *http.Request) bool {
	return req.Method == http.MethodPut && req.URL.Query().Has("digest")
}

// blobOf is the digest of the blob that a path names.
func blobOf(path string) (v1.Hash, bool) { return digestAfter(path, "/blobs/") }

// isManifest is for the path of a manifest; the digest is zero if it is named
// by its tag.
func isManifest(path string) (v1.Hash, bool) {
	at := strings.LastIndex(path, "/manifests/")
	if !strings.HasPrefix(path, "/v2/") || at < 0 {
		return v1.Hash{}, false
	}
	h, _ := digestAfter(path, "/manifests/")
	return h, true
}

func digestAfter(path, kind string) (v1.Hash, bool) {
	at := strings.LastIndex(path, kind)
	if !strings.HasPrefix(path, "/v2/") || at < 0 {
		return v1.Hash{}, false
	}
	h, err := v1.NewHash(path[at+len(kind):])
	return h, err == nil
}
