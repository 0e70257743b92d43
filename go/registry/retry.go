package registry

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/rules-strata/rules_strata/go/netretry"
)

// retrier sends requests again after connection errors and answers that say to
// come back. Bytes of a blob (PATCH) are not sent again here, but by transfer,
// which knows how many of them have arrived.
type retrier struct {
	next http.RoundTripper
	pace *pace
}

func (r *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, host := req.Context(), req.URL.Host
	for try := 1; ; try++ {
		if err := r.pace.wait(ctx, host); err != nil {
			return nil, err
		}
		attempt, err := fresh(req)
		if err != nil {
			return nil, err
		}
		resp, err := r.next.RoundTrip(attempt)
		switch {
		case req.Method == http.MethodPatch, req.Body != nil && req.Body != http.NoBody && req.GetBody == nil:
			return resp, err
		case err == nil && !netretry.IsBusy(resp.StatusCode):
			return resp, nil
		case err != nil && (ctx.Err() != nil || permanent(err)):
			return nil, err
		}
		if err == nil && try == maxTries {
			err = transport.CheckError(resp)
			resp.Body.Close()
		}
		if try == maxTries {
			return nil, fmt.Errorf("%w (tried %d times)", err, try)
		}
		r.pace.failed(host, try, resp)
		discard(resp)
	}
}

// fresh is req with a body that nobody has read from: what is above may send
// the same request twice.
func fresh(req *http.Request) (*http.Request, error) {
	if req.GetBody == nil {
		return req, nil
	}
	if req.Body != nil {
		req.Body.Close()
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	again := req.WithContext(req.Context())
	again.Body = body
	return again, nil
}

// permanent are the errors that another try would meet again.
func permanent(err error) bool {
	var (
		refused *RefusedError
		size    *SizeError
		digest  *DigestMismatchError
	)
	return errors.As(err, &refused) || errors.As(err, &size) || errors.As(err, &digest) || netretry.IsPermanent(err)
}

// discard reads a short rest of an answer, so that its connection can be used
// again.
func discard(resp *http.Response) {
	if resp == nil {
		return
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	resp.Body.Close()
}
