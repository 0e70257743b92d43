package registry

import (
	"context"
	"fmt"
	"net/http"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// transfer sees to it that blobs and manifests arrive whole. It is above the
// transports that know tokens, so that each of its requests has one that is
// good.
type transfer struct {
	session *session
	next    http.RoundTripper
}

func (t *transfer) RoundTrip(req *http.Request) (*http.Response, error) {
	first, redirects := origin(req)
	path := first.URL.Path
	_, manifest := isManifest(path)
	_, blob := blobOf(path)
	switch req.Method {
	case http.MethodGet:
		switch {
		case redirects == 0 && req.URL.Host != t.session.repo.RegistryStr() && !t.session.client.options.ForeignLayers:
			return nil, &RefusedError{withoutQuery(req.URL), "the URL comes from a descriptor (a foreign layer): allow it with --foreign-layers if you trust it"}
		case manifest:
			return t.manifest(req)
		case blob || wantedOf(req.Context()) != nil:
			return t.blob(req)
		}
	case http.MethodPatch:
		if req.GetBody != nil && req.ContentLength > 0 {
			return t.upload(req)
		}
	case http.MethodPut:
		if isCommit(req) {
			return t.commit(req)
		}
	}
	resp, err := t.next.RoundTrip(req)
	if err == nil && blob && req.Method == http.MethodHead && resp.StatusCode == http.StatusOK {
		sendingOf(req.Context()).note(present)
	}
	if err == nil && req.Method == http.MethodPost && resp.StatusCode == http.StatusCreated {
		sendingOf(req.Context()).note(mounted)
	}
	return resp, err
}

// again makes the request anew that a chain of redirects began with: what they
// led to may be good for once only.
func (t *transfer) again(req *http.Request, header http.Header) (*http.Response, error) {
	first, _ := origin(req)
	next, err := http.NewRequestWithContext(req.Context(), first.Method, first.URL.String(), nil)
	if err != nil {
		return nil, err
	}
	for key, values := range header {
		next.Header[key] = values
	}
	client := http.Client{Transport: t.next}
	resp, err := client.Do(next)
	if err != nil {
		return nil, fmt.Errorf("again: %w", err)
	}
	return resp, nil
}

// wanted is what a blob must be, for requests whose URL does not say it.
type wanted struct {
	digest v1.Hash
	size   int64 // -1: unknown
}

type wantedKey struct{}

func withWanted(ctx context.Context, w *wanted) context.Context {
	return context.WithValue(ctx, wantedKey{}, w)
}

func wantedOf(ctx context.Context) *wanted {
	w, _ := ctx.Value(wantedKey{}).(*wanted)
	return w
}
