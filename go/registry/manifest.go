package registry

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// maxManifest is the size of a manifest that registries have to accept, in
// bytes (OCI distribution specification, "Pushing Manifests"); larger ones are
// refused.
const maxManifest = 4 << 20

// manifest fetches a manifest whole, so that what breaks off or is wrong can be
// fetched again.
func (t *transfer) manifest(req *http.Request) (*http.Response, error) {
	first, _ := origin(req)
	want, _ := isManifest(first.URL.Path)
	from := withoutQuery(req.URL)
	resp, err := t.next.RoundTrip(req)
	refetched := false
	for try := 1; ; try++ {
		if err != nil || resp.StatusCode != http.StatusOK {
			return resp, err
		}
		data, err := readManifest(resp, from)
		switch mismatch := mismatchOf(data, want, from); {
		case err == nil && (mismatch == nil || refetched):
			if mismatch != nil {
				return nil, mismatch
			}
			resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
			return resp, nil
		case err == nil:
			refetched = true
		case req.Context().Err() != nil || permanent(err):
			return nil, err
		case try == maxTries:
			return nil, fmt.Errorf("%s: %w (tried %d times)", from, err, try)
		default:
			t.session.client.pace.failed(req.URL.Host, try, nil)
		}
		resp, err = t.again(req, http.Header{"Accept": req.Header["Accept"]})
		if err != nil {
			return nil, err
		}
	}
}

func readManifest(resp *http.Response, from string) ([]byte, error) {
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxManifest+1))
	switch {
	case err != nil:
		return nil, unexpected(err)
	case len(data) > maxManifest:
		return nil, &RefusedError{from, fmt.Sprintf("the manifest is larger than %d MiB: %s", maxManifest>>20, captivePortal)}
	case resp.ContentLength >= 0 && int64(len(data)) != resp.ContentLength:
		return nil, io.ErrUnexpectedEOF
	}
	return data, nil
}

// mismatchOf is nil if data has the digest, or if any will do.
func mismatchOf(data []byte, want v1.Hash, from string) error {
	if want == (v1.Hash{}) {
		return nil
	}
	if got := digestOf(data, want); got != want {
		return &DigestMismatchError{Wanted: want, Got: got, From: from}
	}
	return nil
}
