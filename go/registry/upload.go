package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/rules-strata/rules_strata/go/netretry"
)

// lostError says that an upload cannot be gone on with, and that another one
// may succeed: go-containerregistry begins it.
type lostError struct{ cause error }

func (e *lostError) Error() string { return fmt.Sprintf("the upload was lost: %v", e.cause) }
func (e *lostError) Unwrap() error { return e.cause }

func isLost(err error) bool {
	var lost *lostError
	return errors.As(err, &lost)
}

// upload is the one PATCH request by which go-containerregistry sends a blob
// (OCI distribution specification, "Pushing a blob in chunks"). Where it
// breaks off, the rest is sent by another. If that is not possible, the next
// upload of the blob is in chunks, of which each has less time to break.
type upload struct {
	*transfer
	ctx    context.Context
	req    *http.Request
	to     *url.URL
	source *source
	size   int64
	best   int64 // bytes that the registry has had
	tries  int   // since best has grown
}

func (t *transfer) upload(req *http.Request) (*http.Response, error) {
	s := sendingOf(req.Context())
	u := &upload{transfer: t, ctx: req.Context(), req: req, to: req.URL, size: req.ContentLength,
		source: &source{first: req.Body, open: req.GetBody, size: req.ContentLength, sending: s}}
	defer u.source.close()
	for offset := int64(0); ; {
		end := u.size
		if s.inChunks() {
			end = min(u.size, offset+t.session.client.options.Chunk)
		}
		resp, err := t.next.RoundTrip(u.patch(offset, end))
		if err == nil && resp.StatusCode/100 == 2 {
			if end == u.size {
				return resp, nil
			}
			offset = end
			u.moved(resp)
			continue
		}
		why, final := u.judge(resp, err)
		if final && why != nil {
			return nil, why
		} else if final {
			return resp, nil
		}
		t.session.client.pace.failed(u.to.Host, u.tries+1, resp)
		discard(resp)
		refused := int64(-1)
		if resp != nil && resp.StatusCode == http.StatusRequestedRangeNotSatisfiable {
			refused = offset
		}
		if offset, resp, err = u.arrived(why); err != nil || resp != nil {
			return resp, err
		}
		if offset == refused {
			// It does not have what it says.
			return nil, u.lost(why)
		}
	}
}

// patch is the request for the bytes from offset to end.
func (u *upload) patch(offset, end int64) *http.Request {
	req := u.req.Clone(u.ctx)
	req.URL, req.Body = u.to, http.NoBody
	req.GetBody = func() (io.ReadCloser, error) { return u.source.from(offset, end) }
	req.ContentLength = end - offset
	if offset > 0 || end < u.size {
		req.Header.Set("Content-Range", fmt.Sprintf("%d-%d", offset, end-1))
	}
	return req
}

// moved follows the registry to the next place to send to.
func (u *upload) moved(resp *http.Response) {
	location := resp.Header.Get("Location")
	if next, err := u.to.Parse(location); err == nil && location != "" && next.Host == u.to.Host {
		u.to = next
	}
	discard(resp)
}

// lost gives the upload up; the next is in chunks.
func (u *upload) lost(why error) error {
	u.source.sending.useChunks()
	return &lostError{why}
}

// judge says why a request failed; final means that it is no use to go on. A
// final nil leaves it to the answer.
func (u *upload) judge(resp *http.Response, err error) (why error, final bool) {
	if wrong := u.source.failure(); wrong != nil {
		discard(resp)
		return wrong, true
	}
	s := u.source.sending
	switch {
	case u.ctx.Err() != nil || err != nil && permanent(err):
		return err, true
	case err != nil:
		return err, false
	case netretry.IsBusy(resp.StatusCode), resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return transport.CheckError(resp), false
	case resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusGone, s.wasResumed(),
		resp.StatusCode == http.StatusRequestEntityTooLarge && !s.inChunks():
		defer resp.Body.Close()
		return u.lost(transport.CheckError(resp)), true
	}
	return nil, true
}

// arrived asks how many bytes the registry has. An answer is for an upload that
// has all of them.
func (u *upload) arrived(why error) (int64, *http.Response, error) {
	req, err := http.NewRequestWithContext(u.ctx, http.MethodGet, u.to.String(), nil)
	if err != nil {
		return 0, nil, err
	}
	resp, err := u.next.RoundTrip(req)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", why, err)
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return 0, resp, nil
	}
	n, ok := arrivedBytes(resp, u.source.reached())
	u.moved(resp)
	if !ok || n > u.size {
		return 0, nil, u.lost(why)
	}
	if n > u.best {
		u.best, u.tries = n, 0
	} else if u.tries++; u.tries >= maxTries {
		return 0, nil, fmt.Errorf("the upload stopped at %d of %d bytes, and %d times nothing more arrived: %w", u.best, u.size, u.tries, why)
	}
	u.source.sending.resume(n)
	if n == u.size {
		resp.StatusCode, resp.Status = http.StatusAccepted, "202 Accepted"
		resp.Header.Set("Location", u.to.String())
		return n, resp, nil
	}
	return n, nil, nil
}

// arrivedBytes reads the answer about an upload ("Range: 0-N"). More bytes than
// were sent are a lie; 0-0 may be one byte or none.
func arrivedBytes(resp *http.Response, reached int64) (int64, bool) {
	if resp.StatusCode/100 != 2 {
		return 0, false
	}
	first, last, ok := strings.Cut(strings.TrimPrefix(resp.Header.Get("Range"), "bytes="), "-")
	n, err := strconv.ParseInt(last, 10, 64)
	switch {
	case !ok || err != nil || first != "0" || n < 0:
		return 0, false
	case n == 0:
		return 0, reached == 0
	}
	return n + 1, n+1 <= reached
}

// commit ends an upload. Where the registry no longer knows it, it may have
// ended already, which another look at the blob shows.
func (t *transfer) commit(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	switch resp.StatusCode {
	case http.StatusBadRequest, http.StatusRequestedRangeNotSatisfiable:
		if !sendingOf(req.Context()).wasResumed() {
			return resp, nil
		}
	case http.StatusNotFound, http.StatusGone:
	default:
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, &lostError{transport.CheckError(resp)}
}
